import { endFamiliesOf } from './refresh-families.ts';
import type { Tx } from './tx.ts';

/**
 * Ends every login and every personal token of a user at this point of the log: no node takes them any
 * more.
 *
 * @param but the session that goes on, with its refresh token; `null`: none does
 */
export function revokeSessions(tx: Tx, userId: string, but: string | null = null): void {
  tx.run(
    'UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL AND id IS NOT ?',
    tx.committedAt,
    userId,
    but,
  );
  const family = tx.get<{ family_id: string | null }>(
    'SELECT family_id FROM sessions WHERE id = ?',
    but,
  );
  endFamiliesOf(tx, userId, family?.family_id ?? null);
}
