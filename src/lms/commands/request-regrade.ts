import { defineCommand } from '../command.ts';
import { maxRegradeRequestsPerSubmission } from '../limits.ts';
import { requireActive, requireInCourse } from '../policy.ts';
import { gradeOf } from '../queries/grades.ts';
import { type RegradeRequest, regradeRequest } from '../queries/regrade-requests.ts';
import { requireReadableSubmission } from '../queries/submission-access.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

export interface RequestRegrade {
  readonly request_id: string;
  readonly submission_id: string;
  readonly reason_md: string;
}

/** A student asks to have the posted grade looked at again; one request is open at a time. */
export const requestRegrade = defineCommand<RequestRegrade, RegradeRequest>({
  kind: 'REQUEST_REGRADE',
  v: 1,
  apply(tx, command) {
    const { submission_id: submissionId, request_id: id } = command;
    const submission = requireReadableSubmission(tx, tx.actor, submissionId);
    if (submission.viewer !== 'student') {
      throw new Refusal('forbidden', 'Only the student whose work it is may ask for a regrade.');
    }
    requireActive(requireInCourse(tx, tx.actor, submission.course_id, 'regrade.request'));
    const gradeVersion = requirePostedGrade(tx, submissionId);
    requireRoom(tx, submissionId);
    insert(tx, command, submission.course_id, gradeVersion);
    tx.target(id);
    tx.emit({
      type: 'regrade.requested',
      course_id: submission.course_id,
      user_id: tx.actor.id,
      data: { request_id: id, submission_id: submissionId },
    });
    return written(regradeRequest(tx, id));
  },
});

function requirePostedGrade(tx: Tx, submissionId: string): number {
  const grade = gradeOf(tx, submissionId);
  if (grade?.state === 'posted') return grade.version;
  throw new Refusal('conflict', 'There is no posted grade yet that you could ask about.');
}

function requireRoom(tx: Tx, submissionId: string): void {
  const rows = tx.all<{ state: string }>(
    'SELECT state FROM regrade_requests WHERE submission_id = ?',
    submissionId,
  );
  if (rows.some(({ state }) => state === 'open')) {
    throw new Refusal('conflict', 'A request of yours is open already. Wait for its answer.');
  }
  if (rows.length >= maxRegradeRequestsPerSubmission) {
    throw new Refusal(
      'conflict',
      `You have asked ${rows.length} times about this grade. Talk to your instructor.`,
    );
  }
}

function insert(tx: Tx, command: RequestRegrade, courseId: string, gradeVersion: number): void {
  const inserted = tx.run(
    `INSERT INTO regrade_requests (id, submission_id, course_id, student_id, grade_version, state,
       reason_md, version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, 'open', ?, 1, ?, ?) ON CONFLICT (id) DO NOTHING`,
    command.request_id,
    command.submission_id,
    courseId,
    tx.actor.id,
    gradeVersion,
    command.reason_md,
    tx.committedAt,
    tx.committedAt,
  );
  if (inserted === 0) {
    throw new Refusal('already_exists', 'There is a request with this id already.');
  }
}
