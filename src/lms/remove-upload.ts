import type { UploadRow } from './queries/uploads.ts';
import type { Tx } from './tx.ts';
import { giveRoomBack } from './upload-usage.ts';

/** With its parts. The room of one that is complete belongs to its file. */
export function removeUpload(tx: Tx, upload: UploadRow): void {
  tx.run('DELETE FROM upload_parts WHERE upload_id = ?', upload.id);
  tx.run('DELETE FROM uploads WHERE id = ?', upload.id);
  if (upload.file_id === null) giveRoomBack(tx, upload.user_id, upload.size_bytes);
}
