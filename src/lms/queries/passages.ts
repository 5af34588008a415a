import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import type { Actor } from '../tx.ts';

/** Part of a page that a search found. */
export interface FoundPassage {
  readonly material_id: string;
  readonly title: string;
  readonly page: number;
  readonly page_label: string | null;
  readonly section: string | null;
  readonly text: string;
}

/** Where to search: never beyond one course, never in what was deleted or is not read yet. */
export interface PassageScope {
  readonly course_id: string;
  /** Only in these materials; all of the course for `null`. */
  readonly material_ids: readonly string[] | null;
}

const IN_SCOPE = `m.course_id = ?1 AND m.deleted_at IS NULL AND m.extraction_state = 'indexed'
  AND (?2 IS NULL OR m.id IN (SELECT value FROM json_each(?2)))`;

/**
 * Best first: bm25, the section twice as heavy as the text. Does not ask who searches: that is
 * `requireInCourse(…, 'material.read')` before.
 *
 * @param match a query in the syntax of FTS5; what people type must be quoted before
 */
export function searchPassages(
  reader: Reader,
  scope: PassageScope,
  match: string,
  limit: number,
): FoundPassage[] {
  return reader.all<FoundPassage>(
    `SELECT k.material_id, m.title, k.page, p.page_label, k.section, k.text
       FROM material_search
       JOIN material_chunks k ON k.id = material_search.rowid
       JOIN materials m ON m.id = k.material_id
       JOIN material_pages p ON p.material_id = k.material_id AND p.page = k.page
      WHERE ${IN_SCOPE} AND material_search MATCH ?3
      ORDER BY bm25(material_search, 2.0, 1.0), k.id LIMIT ?4`,
    ...scopeParameters(scope),
    match,
    limit,
  );
}

/** For whoever may read the materials of the course. @param match `null` finds nothing */
export function searchCourse(
  reader: Reader,
  actor: Actor,
  courseId: string,
  match: string | null,
  limit: number,
): FoundPassage[] {
  const { id } = requireInCourse(reader, actor, courseId, 'material.read');
  if (match === null) return [];
  return searchPassages(reader, { course_id: id, material_ids: null }, match, limit);
}

/** How many passages match; all in the scope for `null`. */
export function countPassages(reader: Reader, scope: PassageScope, match: string | null): number {
  const row =
    match === null
      ? reader.get<{ count: number }>(
          `SELECT count(*) AS count FROM material_chunks k JOIN materials m ON m.id = k.material_id
            WHERE ${IN_SCOPE}`,
          ...scopeParameters(scope),
        )
      : reader.get<{ count: number }>(
          `SELECT count(*) AS count FROM material_search
             JOIN material_chunks k ON k.id = material_search.rowid
             JOIN materials m ON m.id = k.material_id
            WHERE ${IN_SCOPE} AND material_search MATCH ?3`,
          ...scopeParameters(scope),
          match,
        );
  return row?.count ?? 0;
}

/** Materials in the scope whose text is not there yet. */
export function countUnread(reader: Reader, scope: PassageScope): number {
  const row = reader.get<{ count: number }>(
    `SELECT count(*) AS count FROM materials m
      WHERE m.course_id = ?1 AND m.deleted_at IS NULL
        AND m.extraction_state IN ('queued', 'extracting')
        AND (?2 IS NULL OR m.id IN (SELECT value FROM json_each(?2)))`,
    ...scopeParameters(scope),
  );
  return row?.count ?? 0;
}

function scopeParameters(scope: PassageScope): [string, string | null] {
  const { course_id, material_ids } = scope;
  return [course_id, material_ids === null ? null : JSON.stringify(material_ids)];
}
