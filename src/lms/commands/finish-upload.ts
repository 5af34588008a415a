import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { requireAtOffset, type UploadResource, uploadById } from '../queries/uploads.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';
import { insertFile, type NewFile } from './create-file.ts';

export interface FinishUpload {
  readonly upload_id: string;
  /** Where the last part began. */
  readonly offset_bytes: number;
  /** The whole, on a majority already. */
  readonly file: NewFile;
  /** How long the file is kept while it is attached to nothing. */
  readonly keep_unattached_ms: number;
}

/** With its last part the upload becomes a file, or nothing happens: an upload at its end has a file. */
export const finishUpload = defineCommand<FinishUpload, UploadResource>({
  kind: 'FINISH_UPLOAD',
  v: 1,
  apply(tx, { upload_id: id, offset_bytes: offset, file, keep_unattached_ms }) {
    requireOnSite(tx.actor, 'file.upload');
    const upload = requireAtOffset(tx, tx.actor, id, offset, tx.committedAt);
    if (upload.file_id !== null || file.size_bytes !== upload.size_bytes) {
      throw new Refusal('invalid_value', 'The file has not the size that the upload announced.');
    }
    // The upload took the room that the file takes now.
    insertFile(tx, file, keep_unattached_ms);
    tx.run('DELETE FROM upload_parts WHERE upload_id = ?', id);
    tx.run(
      `UPDATE uploads SET offset_bytes = size_bytes, parts = 0, file_id = ?, expires_at = ? + keep_ms
        WHERE id = ?`,
      file.file_id,
      tx.committedAt,
      id,
    );
    tx.target(file.file_id);
    return written(uploadById(tx, id));
  },
});
