import type { Tx } from './tx.ts';

/** Ends every session of a user at this point of the log: no node takes their tokens any more. */
export function revokeSessions(tx: Tx, userId: string): void {
  tx.run(
    'UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL',
    tx.committedAt,
    userId,
  );
}
