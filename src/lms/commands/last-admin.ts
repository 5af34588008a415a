import type { UserResource } from '../queries/users.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

/**
 * Refuses with `conflict` when this user is the only active administrator: a site without one could
 * never get one again.
 */
export function requireAnotherAdmin(tx: Tx, user: UserResource): void {
  if (user.site_role !== 'admin' || user.status !== 'active') return;
  const other = tx.get(
    `SELECT 1 FROM users
      WHERE site_role = 'admin' AND status = 'active' AND deleted_at IS NULL AND id <> ? LIMIT 1`,
    user.id,
  );
  if (other === undefined) {
    throw new Refusal(
      'conflict',
      'This is the only active administrator. Make another one first, then try again.',
    );
  }
}
