import { type Action, type CourseRow, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { type AttachedFile, attached, fileById } from './files.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

export type ExtractionState =
  | 'queued'
  | 'extracting'
  | 'indexed'
  | 'no_text_layer'
  | 'password_needed'
  | 'rejected'
  | 'failed';

/** Something that an instructor should look at; without pages it concerns the whole document. */
export interface MaterialFlag {
  readonly code: string;
  readonly pages: readonly number[];
}

/** How far the text of a material is: what the tutor can search. */
export interface Extraction {
  readonly state: ExtractionState;
  /** One sentence where it did not go well. */
  readonly reason: string | null;
  readonly page_count: number | null;
  readonly pages_read: number;
  readonly flags: readonly MaterialFlag[];
}

/** A material as lists show it. */
export interface Material {
  readonly id: string;
  readonly course_id: string;
  readonly title: string;
  readonly topic: string | null;
  /** `null` where the material is a text. */
  readonly file: AttachedFile | null;
  readonly extraction: Extraction;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A material by itself: with its text, where it is one. */
export interface MaterialWithText extends Material {
  readonly text_md: string | null;
}

/** As stored, but for the text. */
export interface MaterialRow {
  readonly id: string;
  readonly course_id: string;
  readonly title: string;
  readonly topic: string | null;
  readonly file_id: string | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly extraction_state: ExtractionState;
  readonly extraction_reason: string | null;
  readonly page_count: number | null;
  readonly pages_read: number;
  readonly flags: string;
}

const COLUMNS = `id, course_id, title, topic, file_id, version, created_at, updated_at,
  extraction_state, extraction_reason, page_count, pages_read, flags`;

const MISSING = 'There is no such material, or you are not a member of its course.';

export interface MaterialInCourse {
  readonly row: MaterialRow;
  readonly course: CourseRow;
}

/** The material, if the actor may do this to it; `not_found` alike for missing and foreign ones. */
export function requireMaterial(
  reader: Reader,
  actor: Actor,
  materialId: string,
  action: Action,
): MaterialInCourse {
  const row = materialRow(reader, materialId);
  const course = requireInCourse(reader, actor, row?.course_id ?? '', action, MISSING);
  if (row === null) throw new Error('broken invariant: a course without an id');
  return { row, course };
}

export function materialRow(reader: Reader, materialId: string): MaterialRow | null {
  const row = reader.get<MaterialRow>(
    `SELECT ${COLUMNS} FROM materials WHERE id = ? AND deleted_at IS NULL`,
    materialId,
  );
  return row ?? null;
}

export function getMaterial(reader: Reader, actor: Actor, materialId: string): MaterialWithText {
  return showWithText(reader, requireMaterial(reader, actor, materialId, 'material.read').row);
}

export function showWithText(reader: Reader, row: MaterialRow): MaterialWithText {
  const text = reader.get<{ text_md: string | null }>(
    'SELECT text_md FROM materials WHERE id = ?',
    row.id,
  );
  return { ...showMaterial(reader, row), text_md: text?.text_md ?? null };
}

/** Oldest first; the key is `[id]`. */
export function listMaterials(
  reader: Reader,
  actor: Actor,
  courseId: string,
  { limit, after }: PageRequest<readonly [string]>,
): Page<Material, readonly [string]> {
  requireInCourse(reader, actor, courseId, 'material.read');
  const rows = reader.all<MaterialRow>(
    `SELECT ${COLUMNS} FROM materials
      WHERE course_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    courseId,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.id] as const);
  return { items: page.items.map((row) => showMaterial(reader, row)), next: page.next };
}

function showMaterial(reader: Reader, row: MaterialRow): Material {
  return {
    id: row.id,
    course_id: row.course_id,
    title: row.title,
    topic: row.topic,
    file: row.file_id === null ? null : attachedFile(reader, row.file_id),
    extraction: {
      state: row.extraction_state,
      reason: row.extraction_reason,
      page_count: row.page_count,
      pages_read: row.pages_read,
      flags: JSON.parse(row.flags) as MaterialFlag[],
    },
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

function attachedFile(reader: Reader, fileId: string): AttachedFile {
  const file = fileById(reader, fileId);
  if (file === null) throw new Error(`broken invariant: file ${fileId} of a material is missing`);
  return attached(file);
}
