import { type Action, type CourseRow, mayInCourse, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import type { Actor } from '../tx.ts';

/** How much of a submission its reader sees: a student sees posted grades only. */
export type Viewer = 'staff' | 'student';

interface SubmissionRef {
  readonly id: string;
  readonly course_id: string;
  readonly assignment_id: string;
  readonly student_id: string;
  readonly attempt_count: number;
}

const MISSING = 'There is no such submission, or it is not yours to see.';

function find(reader: Reader, submissionId: string): SubmissionRef | undefined {
  return reader.get<SubmissionRef>(
    `SELECT id, course_id, assignment_id, student_id, attempt_count
       FROM submissions WHERE id = ?`,
    submissionId,
  );
}

/**
 * For whom the actor reads it. One's own work stays readable for ever, also after one has left the
 * course; the work of others does not exist for who is not staff.
 */
export function requireReadableSubmission(
  reader: Reader,
  actor: Actor,
  submissionId: string,
): SubmissionRef & { readonly viewer: Viewer } {
  const row = find(reader, submissionId);
  if (row !== undefined && row.student_id === actor.id) {
    reader.concerns(row.course_id);
    return { ...row, viewer: 'student' };
  }
  const { role } = requireInCourse(reader, actor, row?.course_id ?? '', 'course.read', MISSING);
  if (row === undefined || !mayInCourse(actor, role, 'submission.read_any')) {
    throw new Refusal('not_found', MISSING);
  }
  return { ...row, viewer: 'staff' };
}

/** The submission, if the actor may do this to it as staff: nobody judges their own work. */
export function requireStaffOfSubmission(
  reader: Reader,
  actor: Actor,
  submissionId: string,
  action: Action,
): SubmissionRef & { readonly course: CourseRow } {
  const { viewer, ...row } = requireReadableSubmission(reader, actor, submissionId);
  if (viewer === 'student') {
    throw new Refusal('forbidden', `This is your own work; you may not do this to it: ${action}.`);
  }
  return { ...row, course: requireInCourse(reader, actor, row.course_id, action, MISSING) };
}
