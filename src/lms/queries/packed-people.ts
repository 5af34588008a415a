import type { CourseRole } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

interface Member {
  readonly id: string;
}

/** Who is in the course now; the key is `[id]`. */
export function membersOf(
  reader: Reader,
  courseId: string,
  { limit, after }: PageRequest<readonly [string]>,
): Page<Member, readonly [string]> {
  const rows = reader.all<Member>(
    `SELECT user_id AS id FROM enrollments
      WHERE course_id = ? AND user_id > ? ORDER BY user_id LIMIT ?`,
    courseId,
    after?.[0] ?? '',
    limit + 1,
  );
  return cutPage(rows, limit, ({ id }) => [id] as const);
}

/** A person as a package names them. */
export interface PackedPerson {
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  /** `null`: not in the course now, but something in the package names them. */
  readonly role: CourseRole | null;
}

/** These people, by id. */
export function packedPeople(
  reader: Reader,
  courseId: string,
  ids: readonly string[],
): PackedPerson[] {
  return reader.all<PackedPerson>(
    `SELECT u.id, u.username, u.display_name, e.role
       FROM users u LEFT JOIN enrollments e ON e.course_id = ? AND e.user_id = u.id
      WHERE u.id IN (SELECT value FROM json_each(?)) ORDER BY u.id`,
    courseId,
    JSON.stringify(ids),
  );
}
