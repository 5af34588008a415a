import type { CourseRole } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339 } from '../time.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

interface EnrollmentRow {
  readonly course_id: string;
  readonly user_id: string;
  readonly username: string;
  readonly display_name: string;
  readonly role: CourseRole;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** An enrollment as the API shows it. */
export interface EnrollmentResource extends Omit<EnrollmentRow, 'created_at' | 'updated_at'> {
  readonly created_at: string;
  readonly updated_at: string;
}

const SELECT = `SELECT e.course_id, e.user_id, u.username, u.display_name, e.role, e.version,
                       e.created_at, e.updated_at
                  FROM enrollments e JOIN users u ON u.id = e.user_id AND u.deleted_at IS NULL`;

function toResource(row: EnrollmentRow): EnrollmentResource {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

/** `null` when not enrolled, or the user was deleted. */
export function enrollmentOf(
  reader: Reader,
  courseId: string,
  userId: string,
): EnrollmentResource | null {
  const row = reader.get<EnrollmentRow>(
    `${SELECT} WHERE e.course_id = ? AND e.user_id = ?`,
    courseId,
    userId,
  );
  return row === undefined ? null : toResource(row);
}

/** The people of a course, in the order of their user ids; the key of the list is `[user_id]`. */
export function listEnrollments(
  reader: Reader,
  courseId: string,
  { limit, after }: PageRequest<readonly [string]>,
  role?: CourseRole,
): Page<EnrollmentResource, readonly [string]> {
  const rows = reader.all<EnrollmentRow>(
    `${SELECT} WHERE e.course_id = ? AND e.user_id > ? AND (? IS NULL OR e.role = ?)
      ORDER BY e.user_id LIMIT ?`,
    courseId,
    after?.[0] ?? '',
    role ?? null,
    role ?? null,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.user_id] as const);
  return { items: page.items.map(toResource), next: page.next };
}
