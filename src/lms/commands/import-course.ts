import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type CourseResource, courseById } from '../queries/courses.ts';
import { written } from '../written.ts';
import { endStaging } from './staged-courses.ts';

export interface ImportCourse {
  readonly course_id: string;
  /** What became of the ids of the package: old to new. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface ImportedCourse {
  readonly course: CourseResource;
  readonly ids: Readonly<Record<string, string>>;
}

/** Shows a course that was staged, all of it at once. Whoever imports it is its first instructor. */
export const importCourse = defineCommand<ImportCourse, ImportedCourse>({
  kind: 'IMPORT_COURSE',
  v: 1,
  apply(tx, command) {
    const { actor, committedAt: now } = tx;
    const { course_id: id, ids } = command;
    requireOnSite(actor, 'course.create');
    endStaging(tx, id);
    tx.run(
      'UPDATE courses SET deleted_at = NULL, created_at = ?, updated_at = ? WHERE id = ?',
      now,
      now,
      id,
    );
    tx.run(
      `INSERT INTO enrollments (course_id, user_id, role, version, created_at, updated_at)
       VALUES (?, ?, 'instructor', 1, ?, ?)`,
      id,
      actor.id,
      now,
      now,
    );
    tx.target(id);
    tx.emit({ type: 'course.created', course_id: id, data: { course_id: id } });
    return { course: written(courseById(tx, id, actor.id)), ids };
  },
});
