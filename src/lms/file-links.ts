import type { FileLinkKind } from './queries/files.ts';
import { Refusal } from './refusal.ts';
import type { Tx } from './tx.ts';
import { giveRoomBack } from './upload-usage.ts';

export interface FileLink {
  readonly file_id: string;
  readonly kind: FileLinkKind;
  /** Id of the material, assignment or submission. */
  readonly object_id: string;
  readonly course_id: string;
  /** Of a submission: the student whose it is. */
  readonly user_id?: string;
}

/**
 * Attaches a file to an object, so that whoever may read the object may read the file. Attaching it
 * again changes nothing, so an edit may name all files that the object has, whoever uploaded them.
 *
 * @param pointer to the field that named the file, for the refusal
 * @throws Refusal `invalid_value` when the file does not exist or the actor did not upload it: else
 *   anyone who learned an id could read the file by attaching it to something of their own
 */
export function linkFile(tx: Tx, link: FileLink, pointer = '/file_id'): void {
  const linked = tx.get(
    'SELECT 1 FROM file_links WHERE file_id = ? AND kind = ? AND object_id = ?',
    link.file_id,
    link.kind,
    link.object_id,
  );
  if (linked !== undefined) return;
  const own = tx.get<{ size_bytes: number; in_quota: number }>(
    'SELECT size_bytes, in_quota FROM files WHERE id = ? AND uploaded_by = ? AND expired_at IS NULL',
    link.file_id,
    tx.actor.id,
  );
  if (own === undefined) {
    const detail = 'There is no such file among your uploads. Upload it first: POST /v1/files.';
    throw new Refusal('invalid_value', detail, {
      errors: [{ pointer, code: 'unknown_file', detail }],
    });
  }
  tx.run(
    'INSERT INTO file_links (file_id, kind, object_id, course_id, user_id) VALUES (?, ?, ?, ?, ?)',
    link.file_id,
    link.kind,
    link.object_id,
    link.course_id,
    link.user_id ?? null,
  );
  tx.run('UPDATE files SET expires_at = NULL, in_quota = 0 WHERE id = ?', link.file_id);
  if (own.in_quota === 1) giveRoomBack(tx, tx.actor.id, own.size_bytes);
}

/** Detaches one file from an object; it expires when nothing else has it, as it was uploaded to. */
export function unlinkFile(tx: Tx, kind: FileLinkKind, objectId: string, fileId: string): void {
  const changes = tx.run(
    'DELETE FROM file_links WHERE kind = ? AND object_id = ? AND file_id = ?',
    kind,
    objectId,
    fileId,
  );
  if (changes === 0) return;
  tx.run(
    `UPDATE files SET expires_at = ? + keep_unattached_ms
      WHERE id = ? AND keep_unattached_ms IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM file_links l WHERE l.file_id = files.id)`,
    tx.committedAt,
    fileId,
  );
}

/** Detaches all files, when the object is deleted. */
export function unlinkFiles(tx: Tx, kind: FileLinkKind, objectId: string): void {
  const links = tx.all<{ file_id: string }>(
    'SELECT file_id FROM file_links WHERE kind = ? AND object_id = ? ORDER BY file_id',
    kind,
    objectId,
  );
  for (const { file_id } of links) unlinkFile(tx, kind, objectId, file_id);
}
