import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type UploadResource, uploadById } from '../queries/uploads.ts';
import { Refusal } from '../refusal.ts';
import { takeRoom, type UploadQuota } from '../upload-usage.ts';
import { written } from '../written.ts';

export interface BeginUpload {
  readonly upload_id: string;
  /** Of the whole. */
  readonly size_bytes: number;
  readonly filename: string;
  /** `Upload-Metadata` as it came; '' without. */
  readonly metadata: string;
  /** How long it waits for its next part. */
  readonly keep_ms: number;
  readonly quota: UploadQuota;
}

export const beginUpload = defineCommand<BeginUpload, UploadResource>({
  kind: 'BEGIN_UPLOAD',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'file.upload');
    if (tx.get('SELECT 1 FROM uploads WHERE id = ?', command.upload_id) !== undefined) {
      throw new Refusal('already_exists', 'There is an upload with this id already.');
    }
    takeRoom(tx, command.size_bytes, command.quota);
    tx.run(
      `INSERT INTO uploads (id, user_id, size_bytes, offset_bytes, parts, filename, metadata, created_at,
         expires_at, keep_ms, file_id)
       VALUES (?, ?, ?, 0, 0, ?, ?, ?, ?, ?, NULL)`,
      command.upload_id,
      tx.actor.id,
      command.size_bytes,
      command.filename,
      command.metadata,
      tx.committedAt,
      tx.committedAt + command.keep_ms,
      command.keep_ms,
    );
    tx.target(command.upload_id);
    return written(uploadById(tx, command.upload_id));
  },
});
