import { stagedCourseMs } from '../limits.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';

export interface UploadRow {
  readonly id: string;
  readonly user_id: string;
  readonly size_bytes: number;
  readonly offset_bytes: number;
  readonly parts: number;
  readonly filename: string;
  readonly metadata: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly file_id: string | null;
}

/** An upload as the API shows it. */
export interface UploadResource {
  readonly id: string;
  readonly size_bytes: number;
  /** What a majority has: from here it goes on. */
  readonly offset_bytes: number;
  readonly filename: string;
  /** `Upload-Metadata` as it came. */
  readonly metadata: string;
  readonly created_at: string;
  readonly expires_at: string;
  /** `null` until all of it is there. */
  readonly file_id: string | null;
}

const COLUMNS =
  'id, user_id, size_bytes, offset_bytes, parts, filename, metadata, created_at, expires_at, file_id';

function rowById(reader: Reader, id: string): UploadRow | undefined {
  return reader.get<UploadRow>(`SELECT ${COLUMNS} FROM uploads WHERE id = ?`, id);
}

export function uploadById(reader: Reader, id: string): UploadResource | null {
  const row = rowById(reader, id);
  return row === undefined ? null : asResource(row);
}

export function asResource(row: UploadRow): UploadResource {
  const { id, size_bytes, offset_bytes, filename, metadata, file_id } = row;
  return {
    id,
    size_bytes,
    offset_bytes,
    filename,
    metadata,
    created_at: toRfc3339(row.created_at),
    expires_at: toRfc3339(row.expires_at),
    file_id,
  };
}

/** The upload, or `not_found`: alike for those of others, those that expired and those that never were. */
export function requireOwnUpload(reader: Reader, actor: Actor, id: string, now: number): UploadRow {
  const row = rowById(reader, id);
  if (row === undefined || row.user_id !== actor.id || row.expires_at <= now) {
    throw new Refusal('not_found', 'There is no such upload: it expired, or is not yours.');
  }
  return row;
}

/** The upload, if it goes on at this offset; else `wrong_offset`, with the right one. */
export function requireAtOffset(
  reader: Reader,
  actor: Actor,
  id: string,
  offset: number,
  now: number,
): UploadRow {
  const row = requireOwnUpload(reader, actor, id, now);
  if (row.offset_bytes === offset) return row;
  throw new Refusal(
    'wrong_offset',
    `A majority of nodes has ${row.offset_bytes} bytes of this upload: go on from there.`,
    { extra: { offset_bytes: row.offset_bytes } },
  );
}

export interface UploadPart {
  readonly sha256: string;
  readonly size_bytes: number;
}

/** In their order. */
export function uploadParts(reader: Reader, id: string): UploadPart[] {
  return reader.all<UploadPart>(
    'SELECT sha256, size_bytes FROM upload_parts WHERE upload_id = ? ORDER BY from_bytes',
    id,
  );
}

export function expiredUploads(reader: Reader, now: number, limit: number): UploadRow[] {
  return reader.all<UploadRow>(
    `SELECT ${COLUMNS} FROM uploads WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?`,
    now,
    limit,
  );
}

/** Whether there is anything for `EXPIRE_FILES` to do. */
export function anythingExpired(reader: Reader, now: number): boolean {
  const found = reader.get(
    `SELECT 1 FROM uploads WHERE expires_at <= ?1
     UNION ALL SELECT 1 FROM files WHERE expires_at <= ?1
     UNION ALL SELECT 1 FROM staged_courses WHERE changed_at <= ?2 LIMIT 1`,
    now,
    now - stagedCourseMs,
  );
  return found !== undefined;
}
