import type { Reader } from '../reader.ts';
import { toRfc3339OrNull } from '../time.ts';

/** How far somebody says to be with a material. */
export interface MaterialProgress {
  readonly material_id: string;
  readonly title: string;
  readonly topic: string | null;
  readonly state: 'unread' | 'started' | 'done';
  readonly page: number | null;
  /** `null` while unread. */
  readonly updated_at: string | null;
}

interface MaterialRef {
  readonly id: string;
  readonly course_id: string;
  readonly title: string;
  readonly topic: string | null;
}

interface ProgressRow {
  readonly state: 'started' | 'done' | null;
  readonly page: number | null;
  readonly updated_at: number | null;
}

export function materialProgress(
  reader: Reader,
  material: MaterialRef,
  userId: string,
): MaterialProgress {
  const row = reader.get<ProgressRow>(
    `SELECT state, page, updated_at FROM material_progress
      WHERE course_id = ? AND user_id = ? AND material_id = ?`,
    material.course_id,
    userId,
    material.id,
  );
  return show({ ...material, state: null, page: null, updated_at: null, ...row });
}

/** With all materials of the course, oldest first, at most so many. */
export function materialsProgress(
  reader: Reader,
  courseId: string,
  userId: string,
  limit: number,
): MaterialProgress[] {
  return reader
    .all<MaterialRef & ProgressRow>(
      `SELECT m.id, m.course_id, m.title, m.topic, p.state, p.page, p.updated_at
         FROM materials m
         LEFT JOIN material_progress p ON p.course_id = m.course_id AND p.user_id = ?
          AND p.material_id = m.id
        WHERE m.course_id = ? AND m.deleted_at IS NULL ORDER BY m.id LIMIT ?`,
      userId,
      courseId,
      limit,
    )
    .map(show);
}

function show(row: MaterialRef & ProgressRow): MaterialProgress {
  return {
    material_id: row.id,
    title: row.title,
    topic: row.topic,
    state: row.state ?? 'unread',
    page: row.page,
    updated_at: toRfc3339OrNull(row.updated_at),
  };
}
