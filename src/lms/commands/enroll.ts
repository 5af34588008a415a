import { defineCommand } from '../command.ts';
import { type CourseRole, requireInActiveCourse } from '../policy.ts';
import { type EnrollmentResource, enrollmentOf } from '../queries/enrollments.ts';
import { userById } from '../queries/users.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';
import { requireAnotherInstructor } from './last-instructor.ts';

export interface Enroll {
  readonly course_id: string;
  readonly user_id: string;
  readonly role: CourseRole;
  readonly expected_version?: number;
}

/** Enrolls, or changes the role; the same again changes nothing. */
export const enroll = defineCommand<Enroll, EnrollmentResource>({
  kind: 'ENROLL',
  v: 1,
  apply(tx, command) {
    const { course_id: course, user_id: user } = command;
    requireInActiveCourse(tx, tx.actor, course, 'enrollment.write');
    if (userById(tx, user) === null) throw new Refusal('not_found', 'There is no such user.');
    const before = enrollmentOf(tx, course, user);
    requireVersion(before?.version ?? 0, command.expected_version);
    tx.target(`${course}/${user}`);
    if (before === null) insert(tx, command);
    else if (before.role !== command.role) changeRole(tx, before, command.role);
    return written(enrollmentOf(tx, course, user));
  },
});

function insert(tx: Tx, { course_id, user_id, role }: Enroll): void {
  tx.run(
    `INSERT INTO enrollments (course_id, user_id, role, version, created_at, updated_at)
     VALUES (?, ?, ?, 1, ?, ?)`,
    course_id,
    user_id,
    role,
    tx.committedAt,
    tx.committedAt,
  );
  tx.emit({ type: 'enrollment.created', course_id, user_id, data: { course_id, user_id, role } });
}

function changeRole(tx: Tx, before: EnrollmentResource, role: CourseRole): void {
  const { course_id, user_id } = before;
  requireAnotherInstructor(tx, before);
  tx.run(
    `UPDATE enrollments SET role = ?, version = version + 1, updated_at = ?
      WHERE course_id = ? AND user_id = ?`,
    role,
    tx.committedAt,
    course_id,
    user_id,
  );
  tx.emit({ type: 'enrollment.updated', course_id, user_id, data: { course_id, user_id, role } });
}
