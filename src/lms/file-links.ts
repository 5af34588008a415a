import type { FileLinkKind } from './queries/files.ts';
import { Refusal } from './refusal.ts';
import type { Tx } from './tx.ts';

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
  const own = tx.get(
    'SELECT 1 FROM files WHERE id = ? AND uploaded_by = ?',
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
}

/** Detaches one file from an object; the file itself stays. */
export function unlinkFile(tx: Tx, kind: FileLinkKind, objectId: string, fileId: string): void {
  tx.run(
    'DELETE FROM file_links WHERE kind = ? AND object_id = ? AND file_id = ?',
    kind,
    objectId,
    fileId,
  );
}

/** Detaches all files, when the object is deleted; the files themselves stay. */
export function unlinkFiles(tx: Tx, kind: FileLinkKind, objectId: string): void {
  tx.run('DELETE FROM file_links WHERE kind = ? AND object_id = ?', kind, objectId);
}
