import { defineCommand } from '../command.ts';
import { expiredAtOnce } from '../limits.ts';
import { expiredUploads } from '../queries/uploads.ts';
import { Refusal } from '../refusal.ts';
import { removeUpload } from '../remove-upload.ts';
import type { Tx } from '../tx.ts';
import { giveRoomBack } from '../upload-usage.ts';
import { abandonStaged } from './staged-courses.ts';

export interface Expired {
  readonly files: number;
  readonly uploads: number;
  /** Objects of imports. */
  readonly staged: number;
}

/**
 * A command of the system: what was attached to nothing for too long, and uploads and imports of courses that
 * nobody goes on with, are gone; some at a time, by the log's time. Their bytes are collected by each node.
 */
export const expireFiles = defineCommand<object, Expired>({
  kind: 'EXPIRE_FILES',
  v: 1,
  apply(tx) {
    if (tx.actorOrSystem !== null) throw new Refusal('forbidden', 'Only the system expires files.');
    const uploads = expiredUploads(tx, tx.committedAt, expiredAtOnce);
    for (const upload of uploads) removeUpload(tx, upload);
    const staged = abandonStaged(tx, expiredAtOnce);
    return { uploads: uploads.length, files: expireSomeFiles(tx), staged };
  },
});

function expireSomeFiles(tx: Tx): number {
  const files = tx.all<{ id: string; uploaded_by: string; size_bytes: number; in_quota: number }>(
    `SELECT id, uploaded_by, size_bytes, in_quota FROM files
      WHERE expires_at <= ? ORDER BY expires_at, sequence LIMIT ?`,
    tx.committedAt,
    expiredAtOnce,
  );
  for (const file of files) {
    tx.run(
      'UPDATE files SET expired_at = ?, expires_at = NULL, in_quota = 0 WHERE id = ?',
      tx.committedAt,
      file.id,
    );
    if (file.in_quota === 1) giveRoomBack(tx, file.uploaded_by, file.size_bytes);
  }
  return files.length;
}
