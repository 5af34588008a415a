import { defineCommand } from '../command.ts';
import { requireInActiveCourse } from '../policy.ts';
import { enrollmentOf } from '../queries/enrollments.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';
import { requireAnotherInstructor } from './last-instructor.ts';

export interface Unenroll {
  readonly course_id: string;
  readonly user_id: string;
  readonly expected_version?: number;
}

/** Takes the right to see the course; what was handed in and graded stays. */
export const unenroll = defineCommand<Unenroll, null>({
  kind: 'UNENROLL',
  v: 1,
  apply(tx, command) {
    const { course_id, user_id } = command;
    requireInActiveCourse(tx, tx.actor, course_id, 'enrollment.write');
    const enrollment = enrollmentOf(tx, course_id, user_id);
    if (enrollment === null) {
      throw new Refusal('not_found', 'This user is not enrolled in the course.');
    }
    requireVersion(enrollment.version, command.expected_version);
    requireAnotherInstructor(tx, enrollment);
    tx.run('DELETE FROM enrollments WHERE course_id = ? AND user_id = ?', course_id, user_id);
    tx.target(`${course_id}/${user_id}`);
    tx.emit({ type: 'enrollment.deleted', course_id, user_id, data: { course_id, user_id } });
    return null;
  },
});
