import { defineCommand } from '../command.ts';
import { fromMilliPoints } from '../points.ts';
import { requireActive } from '../policy.ts';
import { type Grade, gradeOf } from '../queries/grades.ts';
import { requireStaffOfSubmission } from '../queries/submission-access.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

export interface GradeAssignment {
  readonly submission_id: string;
  /** Of the grade that the grader has seen; 0 when there was none. */
  readonly expected_version: number;
  /** Milli-points. */
  readonly points: number;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  /** Number of the attempt that is judged; `null`: the latest. */
  readonly attempt: number | null;
  /** Why, for the history. */
  readonly reason: string | null;
}

/** Saves a version of the grade; the student sees it while it is `posted`. */
export const gradeAssignment = defineCommand<GradeAssignment, Grade>({
  kind: 'GRADE_ASSIGNMENT',
  v: 1,
  apply(tx, command) {
    const submission = requireStaffOfSubmission(tx, tx.actor, command.submission_id, 'grade.write');
    requireActive(submission.course);
    const old = gradeOf(tx, submission.id);
    requireGradeVersion(old, command.expected_version);
    const attempt = command.attempt ?? submission.attempt_count;
    requireAttempt(attempt, submission.attempt_count);
    requirePoints(tx, command.points, submission.assignment_id);
    saveGrade(tx, command, attempt, old);
    tx.run(
      'UPDATE submissions SET needs_grading = ? WHERE id = ?',
      attempt < submission.attempt_count ? 1 : 0,
      submission.id,
    );
    tx.target(submission.id);
    announce(tx, submission, command.state, old);
    return written(gradeOf(tx, submission.id));
  },
});

/** The second of two graders is told what the first one saved. */
function requireGradeVersion(old: Grade | null, expected: number): void {
  const current = old?.version ?? 0;
  if (current === expected) return;
  throw new Refusal(
    'version_mismatch',
    `Somebody saved a grade meanwhile: you saw version ${expected}, now it is ${current}. ` +
      'Compare with `current`, then send yours again with its version.',
    { extra: { current_version: current, current: old } },
  );
}

function requireAttempt(attempt: number, latest: number): void {
  if (Number.isSafeInteger(attempt) && attempt >= 1 && attempt <= latest) return;
  const detail = `There is no attempt ${attempt}: the latest one is ${latest}.`;
  throw new Refusal('invalid_value', detail, {
    errors: [{ pointer: '/attempt', code: 'unknown_attempt', detail }],
  });
}

function requirePoints(tx: Tx, points: number, assignmentId: string): void {
  const possible = tx.get<{ points_possible: number }>(
    'SELECT points_possible FROM assignments WHERE id = ?',
    assignmentId,
  )?.points_possible;
  if (possible === undefined) throw new Error('broken invariant: a submission to no assignment');
  if (Number.isSafeInteger(points) && points >= 0 && points <= possible) return;
  const detail = `Points go from 0 to ${fromMilliPoints(possible)}, in steps of 0.001.`;
  throw new Refusal('invalid_value', detail, {
    errors: [{ pointer: '/points', code: 'out_of_range', detail }],
  });
}

function saveGrade(tx: Tx, command: GradeAssignment, attempt: number, old: Grade | null): void {
  const { submission_id: id, points, feedback_md, state, reason } = command;
  const version = (old?.version ?? 0) + 1;
  const now = tx.committedAt;
  tx.run(
    `INSERT INTO grades (submission_id, points, feedback_md, state, attempt, grader_id, posted_at,
       version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (submission_id) DO UPDATE SET points = excluded.points,
       feedback_md = excluded.feedback_md, state = excluded.state, attempt = excluded.attempt,
       grader_id = excluded.grader_id, posted_at = excluded.posted_at,
       version = excluded.version, updated_at = excluded.updated_at`,
    id,
    points,
    feedback_md,
    state,
    attempt,
    tx.actor.id,
    state === 'posted' ? now : null,
    version,
    now,
    now,
  );
  tx.run(
    `INSERT INTO grade_history (submission_id, version, points, feedback_md, state, attempt,
       actor_id, reason, at, log_index)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    version,
    points,
    feedback_md,
    state,
    attempt,
    tx.actor.id,
    reason,
    now,
    tx.index,
  );
}

/** A draft is no news to the student, and events are not for graders alone: so it has none. */
function announce(
  tx: Tx,
  submission: {
    readonly id: string;
    readonly assignment_id: string;
    readonly course_id: string;
    readonly student_id: string;
  },
  state: Grade['state'],
  old: Grade | null,
): void {
  if (state === 'draft' && old?.state !== 'posted') return;
  tx.emit({
    type: state === 'posted' ? 'grade.posted' : 'grade.withdrawn',
    course_id: submission.course_id,
    user_id: submission.student_id,
    data: { submission_id: submission.id, assignment_id: submission.assignment_id },
  });
}
