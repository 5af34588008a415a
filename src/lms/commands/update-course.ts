import { defineCommand } from '../command.ts';
import { requireInCourse } from '../policy.ts';
import { type CourseResource, courseById } from '../queries/courses.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';

/** Absent fields stay as they are. */
export interface UpdateCourse {
  readonly course_id: string;
  readonly expected_version?: number;
  readonly code?: string;
  readonly title?: string;
  readonly description_md?: string;
  readonly status?: 'active' | 'archived';
}

export const updateCourse = defineCommand<UpdateCourse, CourseResource>({
  kind: 'UPDATE_COURSE',
  v: 1,
  apply(tx, command) {
    const course = requireChangeable(tx, command);
    requireVersion(course.version, command.expected_version);
    tx.run(
      `UPDATE courses SET code = ?, title = ?, description_md = ?, status = ?,
              version = version + 1, updated_at = ? WHERE id = ?`,
      command.code ?? course.code,
      command.title ?? course.title,
      command.description_md ?? course.description_md,
      command.status ?? course.status,
      tx.committedAt,
      course.id,
    );
    tx.target(course.id);
    tx.emit({ type: 'course.updated', course_id: course.id, data: { course_id: course.id } });
    return written(courseById(tx, course.id, tx.actor.id));
  },
});

/** An archived course can only be changed by what makes it active again. */
function requireChangeable(tx: Tx, command: UpdateCourse): CourseResource {
  const { id, status } = requireInCourse(tx, tx.actor, command.course_id, 'course.update');
  if (status === 'archived' && command.status !== 'active') {
    throw new Refusal(
      'course_not_active',
      'The course is archived. Set status to active, in this change or before.',
    );
  }
  return written(courseById(tx, id, tx.actor.id));
}
