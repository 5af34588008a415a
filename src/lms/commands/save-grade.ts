import type { Grade } from '../queries/grades.ts';
import type { Tx } from '../tx.ts';
import type { RubricPoints } from './grade-rules.ts';

export interface GradedSubmission {
  readonly id: string;
  readonly assignment_id: string;
  readonly course_id: string;
  readonly student_id: string;
  readonly attempt_count: number;
}

/** One version of a grade; points in milli-points. */
export interface NewGrade {
  readonly points: number;
  readonly rubric_points: RubricPoints | null;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  /** Number of the attempt that is judged; 0 when nothing was handed in. */
  readonly attempt: number;
  readonly reason: string | null;
}

/** Saves what the rules have let pass: the grade as it is now, its history, who hears of it. */
export function saveGrade(
  tx: Tx,
  submission: GradedSubmission,
  grade: NewGrade,
  old: Pick<Grade, 'version' | 'state'> | null,
): void {
  const version = (old?.version ?? 0) + 1;
  writeGrade(tx, submission.id, grade, version);
  writeHistory(tx, submission.id, grade, version);
  tx.run(
    'UPDATE submissions SET needs_grading = ? WHERE id = ?',
    grade.attempt < submission.attempt_count ? 1 : 0,
    submission.id,
  );
  announce(tx, submission, grade.state, old);
}

function writeGrade(tx: Tx, submissionId: string, grade: NewGrade, version: number): void {
  const now = tx.committedAt;
  tx.run(
    `INSERT INTO grades (submission, points, rubric_points, feedback_md, state, attempt,
       grader_id, posted_at, version, created_at, updated_at)
     VALUES ((SELECT sequence FROM submissions WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (submission) DO UPDATE SET points = excluded.points,
       rubric_points = excluded.rubric_points, feedback_md = excluded.feedback_md,
       state = excluded.state, attempt = excluded.attempt, grader_id = excluded.grader_id,
       posted_at = excluded.posted_at, version = excluded.version,
       updated_at = excluded.updated_at`,
    submissionId,
    grade.points,
    rubricText(grade),
    grade.feedback_md,
    grade.state,
    grade.attempt,
    tx.actor.id,
    grade.state === 'posted' ? now : null,
    version,
    now,
    now,
  );
}

function writeHistory(tx: Tx, submissionId: string, grade: NewGrade, version: number): void {
  tx.run(
    `INSERT INTO grade_history (submission, version, points, rubric_points, feedback_md, state,
       attempt, actor_id, reason, at, log_index)
     VALUES ((SELECT sequence FROM submissions WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    submissionId,
    version,
    grade.points,
    rubricText(grade),
    grade.feedback_md,
    grade.state,
    grade.attempt,
    tx.actor.id,
    grade.reason,
    tx.committedAt,
    tx.index,
  );
}

function rubricText({ rubric_points }: NewGrade): string | null {
  return rubric_points === null ? null : JSON.stringify(rubric_points);
}

/** A draft is no news to the student, and events are not for graders alone: so it has none. */
function announce(
  tx: Tx,
  submission: GradedSubmission,
  state: NewGrade['state'],
  old: Pick<Grade, 'state'> | null,
): void {
  if (state === 'draft' && old?.state !== 'posted') return;
  tx.emit({
    type: state === 'posted' ? 'grade.posted' : 'grade.withdrawn',
    course_id: submission.course_id,
    user_id: submission.student_id,
    data: { submission_id: submission.id, assignment_id: submission.assignment_id },
  });
}
