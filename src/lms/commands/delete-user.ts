import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { requireKnownUser } from '../queries/users.ts';
import { revokeSessions } from '../revoke-sessions.ts';
import { requireVersion } from '../version.ts';
import { requireAnotherAdmin } from './last-admin.ts';

export interface DeleteUser {
  readonly user_id: string;
  readonly expected_version?: number;
}

/** The row stays, for the names beside old work; nobody can log in as them or find them in a list. */
export const deleteUser = defineCommand<DeleteUser, null>({
  kind: 'DELETE_USER',
  v: 1,
  apply(tx, command) {
    const { actor } = tx;
    const user = requireKnownUser(tx, actor, command.user_id, 'user.read_any');
    requireOnSite(actor, 'user.delete');
    requireVersion(user.version, command.expected_version);
    requireAnotherAdmin(tx, user);
    tx.run(
      'UPDATE users SET deleted_at = ?, updated_at = ?, version = version + 1 WHERE id = ?',
      tx.committedAt,
      tx.committedAt,
      user.id,
    );
    revokeSessions(tx, user.id);
    tx.target(user.id);
    tx.emit({
      type: 'user.deleted',
      course_id: null,
      user_id: user.id,
      data: { user_id: user.id },
    });
    return null;
  },
});
