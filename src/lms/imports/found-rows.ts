import { objectOfExternalId } from '../queries/imports.ts';
import type { Reader } from '../reader.ts';

export interface FoundUser {
  readonly id: string;
  readonly username: string;
  readonly username_key: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly site_role: string;
  readonly status: string;
  readonly version: number;
  readonly deleted_at: number | null;
}

export interface FoundCourse {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly status: string;
  readonly version: number;
  readonly deleted_at: number | null;
}

export interface FoundEnrollment {
  readonly role: string;
  readonly version: number;
}

const USER = `SELECT id, username, username_key, display_name, email, site_role, status, version,
                     deleted_at FROM users`;

/** The state that a roster of one source is compared with, by keys that have an index. */
export class FoundRows {
  readonly #reader: Reader;
  readonly #source: string;

  constructor(reader: Reader, source: string) {
    this.#reader = reader;
    this.#source = source;
  }

  objectOf(kind: 'user' | 'course' | 'enrollment', externalId: string): string | null {
    return objectOfExternalId(this.#reader, this.#source, kind, externalId);
  }

  user(id: string): FoundUser | undefined {
    return this.#reader.get<FoundUser>(`${USER} WHERE id = ?`, id);
  }

  userByKey(usernameKey: string): FoundUser | undefined {
    return this.#reader.get<FoundUser>(`${USER} WHERE username_key = ?`, usernameKey);
  }

  course(id: string): FoundCourse | undefined {
    return this.#reader.get<FoundCourse>(
      'SELECT id, code, title, status, version, deleted_at FROM courses WHERE id = ?',
      id,
    );
  }

  enrollment(courseId: string, userId: string): FoundEnrollment | undefined {
    return this.#reader.get<FoundEnrollment>(
      'SELECT role, version FROM enrollments WHERE course_id = ? AND user_id = ?',
      courseId,
      userId,
    );
  }

  /** Ids of those who could log in. */
  activeInstructors(courseId: string): string[] {
    const rows = this.#reader.all<{ id: string }>(
      `SELECT u.id FROM enrollments e
         JOIN users u ON u.id = e.user_id AND u.status = 'active' AND u.deleted_at IS NULL
        WHERE e.course_id = ? AND e.role = 'instructor'`,
      courseId,
    );
    return rows.map(({ id }) => id);
  }

  /** Ids of the courses that go on and have them as an instructor. */
  taughtCourses(userId: string): string[] {
    const rows = this.#reader.all<{ id: string }>(
      `SELECT c.id FROM enrollments e
         JOIN courses c ON c.id = e.course_id AND c.status = 'active' AND c.deleted_at IS NULL
        WHERE e.user_id = ? AND e.role = 'instructor'`,
      userId,
    );
    return rows.map(({ id }) => id);
  }

  /** Whether this version is the one that an import of the source suspended or archived. */
  wasRemovedByImport(kind: 'user' | 'course', externalId: string, version: number): boolean {
    const row = this.#reader.get<{ removed_version: number | null }>(
      'SELECT removed_version FROM external_ids WHERE source = ? AND kind = ? AND external_id = ?',
      this.#source,
      kind,
      externalId,
    );
    return row?.removed_version === version;
  }

  /** What the source brought before, in the order of its ids. */
  idsAfter(
    kind: 'user' | 'course' | 'enrollment',
    after: string,
    limit: number,
  ): { readonly external_id: string; readonly object_id: string }[] {
    return this.#reader.all(
      `SELECT external_id, object_id FROM external_ids
        WHERE source = ? AND kind = ? AND external_id > ? ORDER BY external_id LIMIT ?`,
      this.#source,
      kind,
      after,
      limit,
    );
  }
}
