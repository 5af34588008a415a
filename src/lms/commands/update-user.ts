import { defineCommand } from '../command.ts';
import { mayOnSite, type SiteRole } from '../policy.ts';
import { requireKnownUser, type UserResource, userById } from '../queries/users.ts';
import { Refusal } from '../refusal.ts';
import { revokeSessions } from '../revoke-sessions.ts';
import type { Actor } from '../tx.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';
import { requireAnotherAdmin } from './last-admin.ts';

/** Absent fields stay as they are. */
export interface UpdateUser {
  readonly user_id: string;
  readonly expected_version?: number;
  readonly display_name?: string;
  readonly email?: string | null;
  readonly site_role?: SiteRole;
  readonly status?: 'active' | 'suspended';
  readonly password_hash?: string;
}

/** What everybody may change of themselves; the rest takes an administrator. */
const OWN_FIELDS: readonly string[] = ['display_name', 'email'];
const ADMIN_FIELDS = ['site_role', 'status', 'password_hash'] as const;

export const updateUser = defineCommand<UpdateUser, UserResource>({
  kind: 'UPDATE_USER',
  v: 1,
  apply(tx, command) {
    const user = requireKnownUser(tx, tx.actor, command.user_id, 'user.update_any');
    requireFields(tx.actor, command);
    requireVersion(user.version, command.expected_version);
    const role = command.site_role ?? user.site_role;
    const status = command.status ?? user.status;
    if (role !== 'admin' || status !== 'active') requireAnotherAdmin(tx, user);
    tx.run(
      `UPDATE users SET display_name = ?, email = ?, site_role = ?, status = ?,
              password_hash = coalesce(?, password_hash), version = version + 1, updated_at = ?
        WHERE id = ?`,
      command.display_name ?? user.display_name,
      command.email === undefined ? user.email : command.email,
      role,
      status,
      command.password_hash ?? null,
      tx.committedAt,
      user.id,
    );
    if (status === 'suspended' || command.password_hash !== undefined) revokeSessions(tx, user.id);
    tx.target(user.id);
    tx.emit({
      type: 'user.updated',
      course_id: null,
      user_id: user.id,
      data: { user_id: user.id },
    });
    return written(userById(tx, user.id));
  },
});

function requireFields(actor: Actor, command: UpdateUser): void {
  if (mayOnSite(actor, 'user.update_any')) return;
  const field = ADMIN_FIELDS.find((name) => command[name] !== undefined);
  if (field === undefined) return;
  throw new Refusal(
    'forbidden',
    `Of your own account you may change ${OWN_FIELDS.join(' and ')}; the rest takes an administrator.`,
  );
}
