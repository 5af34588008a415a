import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { type Grade, gradeOf } from '../queries/grades.ts';
import { requireStaffOfSubmission } from '../queries/submission-access.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';
import { type RubricPoints, requireGradeVersion, requireSoundGrade } from './grade-rules.ts';
import { saveGrade } from './save-grade.ts';

export interface GradeAssignment {
  readonly submission_id: string;
  /** Of the grade that the grader has seen; 0 when there was none. */
  readonly expected_version: number;
  /** Milli-points. */
  readonly points: number;
  /** Per criterion of the rubric, adding up to `points`; absent: not graded by it. */
  readonly rubric_points?: RubricPoints | null;
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
    if (command.attempt !== null) requireAttempt(attempt, submission.attempt_count);
    const { points, feedback_md, state, reason, rubric_points = null } = command;
    const grade = { points, rubric_points, feedback_md, state, attempt, reason };
    requireSoundGrade(tx, submission.assignment_id, grade);
    saveGrade(tx, submission, grade, old);
    tx.target(submission.id);
    return written(gradeOf(tx, submission.id));
  },
});

function requireAttempt(attempt: number, latest: number): void {
  if (Number.isSafeInteger(attempt) && attempt >= 1 && attempt <= latest) return;
  const detail = `There is no attempt ${attempt}: the latest one is ${latest}.`;
  throw new Refusal('invalid_value', detail, {
    errors: [{ pointer: '/attempt', code: 'unknown_attempt', detail }],
  });
}
