import { defineCommand } from '../command.ts';
import { requireInCourse } from '../policy.ts';
import { courseById } from '../queries/courses.ts';
import { requireVersion } from '../version.ts';

export interface DeleteCourse {
  readonly course_id: string;
  readonly expected_version?: number;
}

/** Everything in the course stays in the tables, and is found by nobody. */
export const deleteCourse = defineCommand<DeleteCourse, null>({
  kind: 'DELETE_COURSE',
  v: 1,
  apply(tx, command) {
    const { id } = requireInCourse(tx, tx.actor, command.course_id, 'course.delete');
    requireVersion(courseById(tx, id, tx.actor.id)?.version ?? 0, command.expected_version);
    tx.run(
      'UPDATE courses SET deleted_at = ?, updated_at = ?, version = version + 1 WHERE id = ?',
      tx.committedAt,
      tx.committedAt,
      id,
    );
    tx.target(id);
    tx.emit({ type: 'course.deleted', course_id: id, data: { course_id: id } });
    return null;
  },
});
