import type { Tx } from './tx.ts';

/**
 * What somebody uploaded and attached to nothing: nobody else could ever attach it, so it expires now, and its names go.
 * What is attached is work, and stays as it is.
 */
export function eraseUploads(tx: Tx, userId: string): void {
  tx.run(
    "UPDATE uploads SET filename = 'erased', metadata = '', expires_at = ? WHERE user_id = ?",
    tx.committedAt,
    userId,
  );
  tx.run(
    `UPDATE files SET filename = 'erased', expires_at = iif(expired_at IS NULL, ?, NULL)
      WHERE uploaded_by = ? AND (expires_at IS NOT NULL OR expired_at IS NOT NULL)`,
    tx.committedAt,
    userId,
  );
}
