import { createHash } from 'node:crypto';
import { Refusal } from './refusal.ts';
import type { Tx } from './tx.ts';

/**
 * Names the password hash that a node has verified a password against (SHA-256 of the PHC string,
 * hex). The verification happens before the log; this shows in `apply` that the password is still
 * that one.
 */
export function passwordMark(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('hex');
}

/** The active user whose password is still the one that was verified, else `invalid_credentials`. */
export function requireVerified(
  tx: Tx,
  userId: string,
  mark: string,
): { readonly id: string; readonly username_key: string } {
  const user = tx.get<{ id: string; username_key: string; password_hash: string | null }>(
    `SELECT id, username_key, password_hash FROM users
      WHERE id = ? AND status = 'active' AND deleted_at IS NULL`,
    userId,
  );
  if (user?.password_hash == null || passwordMark(user.password_hash) !== mark) {
    throw new Refusal('invalid_credentials', 'The password was changed meanwhile. Log in again.');
  }
  return user;
}
