import { type CourseRole, mayOnSite, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { written } from '../written.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

interface CourseViewRow {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly description_md: string;
  readonly status: 'active' | 'archived';
  /** Role of whoever asks; `null` for an administrator who is not enrolled. */
  readonly my_role: CourseRole | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A course as the API shows it. */
export interface CourseResource extends Omit<CourseViewRow, 'created_at' | 'updated_at'> {
  readonly created_at: string;
  readonly updated_at: string;
}

const COLUMNS = `c.id, c.code, c.title, c.description_md, c.status, e.role AS my_role,
  c.version, c.created_at, c.updated_at`;

function toResource(row: CourseViewRow): CourseResource {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

/** The course as this user sees it, without asking whether they may; `null` when there is none. */
export function courseById(
  reader: Reader,
  courseId: string,
  userId: string,
): CourseResource | null {
  const row = reader.get<CourseViewRow>(
    `SELECT ${COLUMNS} FROM courses c
       LEFT JOIN enrollments e ON e.course_id = c.id AND e.user_id = ?
      WHERE c.id = ? AND c.deleted_at IS NULL`,
    userId,
    courseId,
  );
  return row === undefined ? null : toResource(row);
}

/** The course as the actor sees it; `not_found` where they may not know of it. */
export function requireReadableCourse(
  reader: Reader,
  actor: Actor,
  courseId: string,
): CourseResource {
  const { id } = requireInCourse(reader, actor, courseId, 'course.read');
  return written(courseById(reader, id, actor.id));
}

/** The courses that the actor is enrolled in, or all of them, oldest first; the key is `[id]`. */
export function listCourses(
  reader: Reader,
  actor: Actor,
  { limit, after }: PageRequest<readonly [string]>,
): Page<CourseResource, readonly [string]> {
  const rows = mayOnSite(actor, 'course.read')
    ? allCourses(reader, actor.id, after?.[0] ?? '', limit + 1)
    : coursesOf(reader, actor.id, after?.[0] ?? '', limit + 1);
  const page = cutPage(rows, limit, (row) => [row.id] as const);
  return { items: page.items.map(toResource), next: page.next };
}

function allCourses(reader: Reader, userId: string, after: string, limit: number) {
  return reader.all<CourseViewRow>(
    `SELECT ${COLUMNS} FROM courses c
       LEFT JOIN enrollments e ON e.course_id = c.id AND e.user_id = ?
      WHERE c.id > ? AND c.deleted_at IS NULL ORDER BY c.id LIMIT ?`,
    userId,
    after,
    limit,
  );
}

function coursesOf(reader: Reader, userId: string, after: string, limit: number) {
  return reader.all<CourseViewRow>(
    `SELECT ${COLUMNS} FROM enrollments e
       JOIN courses c ON c.id = e.course_id AND c.deleted_at IS NULL
      WHERE e.user_id = ? AND e.course_id > ? ORDER BY e.course_id LIMIT ?`,
    userId,
    after,
    limit,
  );
}
