import { type EffectiveDates, effectiveDates } from '../effective-dates.ts';
import { courseRole, mayInCourse, mayOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';

interface FileRow {
  readonly id: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly media_type: string;
  readonly filename: string;
  readonly uploaded_by: string;
  readonly created_at: number;
}

/** A file as the API shows it. */
export interface FileResource extends Omit<FileRow, 'created_at'> {
  readonly created_at: string;
}

/** A file as the objects show it that it is attached to. */
export type AttachedFile = Pick<
  FileResource,
  'id' | 'filename' | 'media_type' | 'size_bytes' | 'sha256'
>;

export function attached(file: FileResource): AttachedFile {
  const { id, filename, media_type, size_bytes, sha256 } = file;
  return { id, filename, media_type, size_bytes, sha256 };
}

export type FileLinkKind = 'material' | 'assignment' | 'submission';

interface LinkRow {
  readonly kind: FileLinkKind;
  readonly object_id: string;
  readonly course_id: string;
  readonly user_id: string | null;
}

/** What it takes, beside owning it, to read the object that a file is attached to. */
const READ_ACTION = {
  material: 'material.read',
  assignment: 'assignment.read',
  submission: 'submission.read_any',
} as const;

/** The file, whoever asks; `null` when there is none. */
export function fileById(reader: Reader, fileId: string): FileResource | null {
  const row = reader.get<FileRow>(
    `SELECT id, sha256, size_bytes, media_type, filename, uploaded_by, created_at
       FROM files WHERE id = ? AND expired_at IS NULL`,
    fileId,
  );
  return row === undefined ? null : { ...row, created_at: toRfc3339(row.created_at) };
}

/** The files attached to an object, in the order of their ids (the order of upload). */
export function filesOf(reader: Reader, kind: FileLinkKind, objectId: string): FileResource[] {
  return reader
    .all<FileRow>(
      `SELECT f.id, f.sha256, f.size_bytes, f.media_type, f.filename, f.uploaded_by, f.created_at
         FROM file_links l JOIN files f ON f.id = l.file_id
        WHERE l.kind = ? AND l.object_id = ? ORDER BY f.id`,
      kind,
      objectId,
    )
    .map((row) => ({ ...row, created_at: toRfc3339(row.created_at) }));
}

/**
 * Its uploader, administrators, and whoever may read an object that it is attached to.
 *
 * @param now ms since the epoch: before an assignment opens only the staff reads what hangs on it
 */
export function mayReadFile(reader: Reader, actor: Actor, fileId: string, now: number): boolean {
  const file = reader.get<{ uploaded_by: string }>(
    'SELECT uploaded_by FROM files WHERE id = ? AND expired_at IS NULL',
    fileId,
  );
  if (file === undefined) return false;
  if (file.uploaded_by === actor.id || mayOnSite(actor, 'file.read_any')) return true;
  return reader
    .all<LinkRow>(
      `SELECT l.kind, l.object_id, l.course_id, l.user_id
         FROM file_links l
         JOIN courses c ON c.id = l.course_id AND c.deleted_at IS NULL
        WHERE l.file_id = ?`,
      fileId,
    )
    .some((link) => mayReadThrough(reader, actor, link, now));
}

function mayReadThrough(reader: Reader, actor: Actor, link: LinkRow, now: number): boolean {
  if (link.user_id === actor.id) return true;
  const isLocked = link.kind === 'assignment' && !isOpenFor(reader, link.object_id, actor.id, now);
  const action = isLocked ? 'assignment.read_locked' : READ_ACTION[link.kind];
  return mayInCourse(actor, courseRole(reader, link.course_id, actor.id), action);
}

function isOpenFor(reader: Reader, assignmentId: string, userId: string, now: number): boolean {
  const row = reader.get<EffectiveDates & { readonly id: string }>(
    `SELECT id, unlock_at, due_at, lock_at, grace_seconds, max_attempts
       FROM assignments WHERE id = ?`,
    assignmentId,
  );
  if (row === undefined) return false;
  const { unlock_at } = effectiveDates(reader, row.id, row, userId);
  return unlock_at === null || now >= unlock_at;
}

/** The file, or `not_found`: alike for files that do not exist and those of others. */
export function requireReadableFile(
  reader: Reader,
  actor: Actor,
  fileId: string,
  now: number,
): FileResource {
  const file = mayReadFile(reader, actor, fileId, now) ? fileById(reader, fileId) : null;
  if (file === null) {
    throw new Refusal('not_found', 'There is no such file, or it is not yours to read.');
  }
  return file;
}

/** The bytes that a row of `files` names. */
export interface FileBlob {
  readonly sequence: number;
  readonly sha256: string;
  readonly size_bytes: number;
}

/** For the blob store: rows in the order of the log. */
export function fileBlobsAfter(reader: Reader, sequence: number, limit: number): FileBlob[] {
  return reader.all<FileBlob>(
    `SELECT sequence, sha256, size_bytes FROM files
      WHERE sequence > ? AND expired_at IS NULL ORDER BY sequence LIMIT ?`,
    sequence,
    limit,
  );
}

export function lastFileSequence(reader: Reader): number {
  return reader.get<{ last: number | null }>('SELECT max(sequence) AS last FROM files')?.last ?? 0;
}
