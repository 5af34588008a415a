import type { SiteRole } from '../policy.ts';
import { type UserResource, userById } from '../queries/users.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

export interface NewUser {
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

/** A name stays taken after its user was deleted: nobody can pose as somebody who was there. */
export function isTaken(tx: Tx, usernameKey: string): boolean {
  return tx.get('SELECT 1 FROM users WHERE username_key = ?', usernameKey) !== undefined;
}

/** Makes the account; that name and id are free has been checked. */
export function insertUser(tx: Tx, user: NewUser): UserResource {
  tx.run(
    `INSERT INTO users (id, username, username_key, display_name, email, site_role, status,
                        password_hash, version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, 'active', ?, 1, ?, ?)`,
    user.user_id,
    user.username,
    user.username_key,
    user.display_name,
    user.email,
    user.site_role,
    user.password_hash,
    tx.committedAt,
    tx.committedAt,
  );
  tx.target(user.user_id);
  tx.emit({
    type: 'user.created',
    course_id: null,
    user_id: user.user_id,
    data: { user_id: user.user_id },
  });
  return written(userById(tx, user.user_id));
}
