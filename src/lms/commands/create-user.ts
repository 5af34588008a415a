import { defineCommand } from '../command.ts';
import { requireOnSite, type SiteRole } from '../policy.ts';
import { type UserResource, userById } from '../queries/users.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

export interface CreateUser {
  readonly user_id: string;
  readonly username: string;
  /** `usernameKey(username)`, computed before the log. */
  readonly username_key: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly site_role: SiteRole;
  /** PHC string; `null`: nobody can log in with a password yet. */
  readonly password_hash: string | null;
}

/** Without an actor it is the system that creates: the first administrator, or a registration. */
export const createUser = defineCommand<CreateUser, UserResource>({
  kind: 'CREATE_USER',
  v: 1,
  apply(tx, command) {
    if (tx.actorOrSystem !== null) requireOnSite(tx.actorOrSystem, 'user.create');
    requireFree(tx, command);
    tx.run(
      `INSERT INTO users (id, username, username_key, display_name, email, site_role, status,
                          password_hash, version, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, 'active', ?, 1, ?, ?)`,
      command.user_id,
      command.username,
      command.username_key,
      command.display_name,
      command.email,
      command.site_role,
      command.password_hash,
      tx.committedAt,
      tx.committedAt,
    );
    tx.target(command.user_id);
    tx.emit({
      type: 'user.created',
      course_id: null,
      user_id: command.user_id,
      data: { user_id: command.user_id },
    });
    return written(userById(tx, command.user_id));
  },
});

/** A name stays taken after its user was deleted: nobody can pose as somebody who was there. */
function requireFree(tx: Tx, { user_id: id, username_key: key }: CreateUser): void {
  if (tx.get('SELECT 1 FROM users WHERE username_key = ?', key) !== undefined) {
    const detail = 'The username is taken, or was. Choose another one.';
    throw new Refusal('already_exists', detail, {
      errors: [{ pointer: '/username', code: 'taken', detail }],
    });
  }
  if (tx.get('SELECT 1 FROM users WHERE id = ?', id) !== undefined) {
    throw new Refusal('already_exists', 'There is a user with this id already.');
  }
}
