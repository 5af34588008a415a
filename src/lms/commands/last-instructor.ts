import type { EnrollmentResource } from '../queries/enrollments.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

/** Refuses with `conflict` when no other instructor of the course could log in. */
export function requireAnotherInstructor(tx: Tx, enrollment: EnrollmentResource): void {
  if (enrollment.role !== 'instructor') return;
  const other = tx.get(
    `SELECT 1 FROM enrollments e
       JOIN users u ON u.id = e.user_id AND u.status = 'active' AND u.deleted_at IS NULL
      WHERE e.course_id = ? AND e.role = 'instructor' AND e.user_id <> ? LIMIT 1`,
    enrollment.course_id,
    enrollment.user_id,
  );
  if (other === undefined) {
    throw new Refusal(
      'conflict',
      'This is the only active instructor of the course. Enroll another one first, then try again.',
    );
  }
}
