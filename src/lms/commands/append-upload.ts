import { requireFreshPlacement } from '../blob-placement.ts';
import { defineCommand } from '../command.ts';
import { maxPartsPerUpload } from '../limits.ts';
import { requireAtOffset, type UploadResource, uploadById } from '../queries/uploads.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';

export interface AppendUpload {
  readonly upload_id: string;
  /** Where the part begins: what the upload had so far. */
  readonly offset_bytes: number;
  /** Bytes that are on a majority already. */
  readonly part: {
    readonly sha256: string;
    readonly size_bytes: number;
    readonly placed_at: number;
  };
}

/** One more part, never the last: with that one the upload becomes a file (`FINISH_UPLOAD`). */
export const appendUpload = defineCommand<AppendUpload, UploadResource>({
  kind: 'APPEND_UPLOAD',
  v: 1,
  apply(tx, { upload_id: id, offset_bytes: offset, part }) {
    const upload = requireAtOffset(tx, tx.actor, id, offset, tx.committedAt);
    requireFreshPlacement(tx, part.placed_at);
    if (part.size_bytes < 1 || offset + part.size_bytes >= upload.size_bytes) {
      throw new Refusal('invalid_value', 'The part ends where the upload ends, or beyond it.');
    }
    if (upload.parts >= maxPartsPerUpload) {
      throw new Refusal(
        'invalid_value',
        `The upload came in ${maxPartsPerUpload} parts already. Begin anew, and send larger ones.`,
      );
    }
    tx.run(
      'INSERT INTO upload_parts (upload_id, from_bytes, size_bytes, sha256) VALUES (?, ?, ?, ?)',
      id,
      offset,
      part.size_bytes,
      part.sha256,
    );
    tx.run(
      `UPDATE uploads SET offset_bytes = offset_bytes + ?, parts = parts + 1, expires_at = ? + keep_ms
        WHERE id = ?`,
      part.size_bytes,
      tx.committedAt,
      id,
    );
    tx.target(id);
    return written(uploadById(tx, id));
  },
});
