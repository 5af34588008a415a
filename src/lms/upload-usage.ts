import { Refusal } from './refusal.ts';
import type { Tx } from './tx.ts';

/** What one person may have on the nodes without having attached it to anything. */
export interface UploadQuota {
  readonly max_unattached_files: number;
  readonly max_unattached_bytes: number;
}

/** Counts one more file, or upload at its full size; refuses with `quota_exceeded` when that is too much. */
export function takeRoom(tx: Tx, bytes: number, quota: UploadQuota): void {
  const used = tx.get<{ items: number; bytes: number }>(
    'SELECT items, bytes FROM upload_usage WHERE user_id = ?',
    tx.actor.id,
  ) ?? { items: 0, bytes: 0 };
  const { max_unattached_files: maxItems, max_unattached_bytes: maxBytes } = quota;
  if (used.items + 1 > maxItems || used.bytes + bytes > maxBytes) {
    throw new Refusal(
      'quota_exceeded',
      `You have ${used.items} files and uploads with ${used.bytes} bytes that are attached to nothing; ` +
        `${maxItems} with ${maxBytes} bytes are allowed. Attach them, delete uploads that you do not ` +
        'need, or wait until they expire.',
      { extra: { used_bytes: used.bytes, used_files: used.items, max_bytes: maxBytes } },
    );
  }
  change(tx, tx.actor.id, 1, bytes);
}

/** It was attached, deleted, or has expired. */
export function giveRoomBack(tx: Tx, userId: string, bytes: number): void {
  change(tx, userId, -1, -bytes);
}

function change(tx: Tx, userId: string, items: number, bytes: number): void {
  tx.run(
    `INSERT INTO upload_usage (user_id, items, bytes) VALUES (?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes`,
    userId,
    items,
    bytes,
  );
}
