import { defineCommand } from '../command.ts';
import { courseRole, requireActive } from '../policy.ts';
import { requireAssignmentDates } from '../queries/assignments.ts';
import { type Grade, gradeOf } from '../queries/grades.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';
import type { GradeAssignment } from './grade-assignment.ts';
import { requireGradeVersion, requireSoundGrade } from './grade-rules.ts';
import { type GradedSubmission, saveGrade } from './save-grade.ts';

export interface GradeStudent extends Omit<GradeAssignment, 'submission_id' | 'attempt'> {
  readonly assignment_id: string;
  readonly student_id: string;
  /** For the submission without attempts that is made when the student has none yet. */
  readonly submission_id: string;
}

/**
 * Grades a student for an assignment whether or not they have handed in: an exam on paper, a talk, a
 * zero for what is missing. The latest attempt is judged, if there is one.
 */
export const gradeStudent = defineCommand<GradeStudent, Grade>({
  kind: 'GRADE_STUDENT',
  v: 1,
  apply(tx, command) {
    const { row, course } = requireAssignmentDates(
      tx,
      tx.actor,
      command.assignment_id,
      'grade.write',
    );
    requireActive(course);
    requireNotOwnWork(tx, command.student_id);
    const existing = submissionOf(tx, command.student_id, row.id);
    if (existing === null) requireStudent(tx, row.course_id, command.student_id);
    const old = existing === null ? null : gradeOf(tx, existing.id);
    requireGradeVersion(old, command.expected_version);
    const { points, feedback_md, state, reason, rubric_points = null } = command;
    const attempt = existing?.attempt_count ?? 0;
    const grade = { points, rubric_points, feedback_md, state, attempt, reason };
    requireSoundGrade(tx, row.id, grade);
    const submission = existing ?? openSubmission(tx, { ...command, course_id: row.course_id });
    saveGrade(tx, submission, grade, old);
    tx.target(submission.id);
    return written(gradeOf(tx, submission.id));
  },
});

export function requireNotOwnWork(tx: Tx, studentId: string): void {
  if (tx.actor.id !== studentId) return;
  throw new Refusal('forbidden', 'This is your own work: somebody else has to judge it.');
}

function requireStudent(tx: Tx, courseId: string, userId: string): void {
  if (courseRole(tx, courseId, userId) === 'student') return;
  throw new Refusal('not_found', 'There is no such student in the course.');
}

export function submissionOf(
  tx: Tx,
  studentId: string,
  assignmentId: string,
): GradedSubmission | null {
  const row = tx.get<GradedSubmission>(
    `SELECT id, assignment_id, course_id, student_id, attempt_count
       FROM submissions
      WHERE student_id = ? AND assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)`,
    studentId,
    assignmentId,
  );
  return row ?? null;
}

interface Opening {
  readonly submission_id: string;
  readonly assignment_id: string;
  readonly course_id: string;
  readonly student_id: string;
}

/** A submission without attempts: what is graded has a place to hang the grade on. */
export function openSubmission(tx: Tx, opening: Opening): GradedSubmission {
  const { submission_id: id, assignment_id, course_id, student_id } = opening;
  if (tx.get('SELECT 1 FROM submissions WHERE id = ?', id) !== undefined) {
    throw new Refusal('already_exists', 'There is a submission with this id already.');
  }
  tx.run(
    `INSERT INTO submissions (id, assignment_id, assignment, course_id, student_id, attempt_count,
       needs_grading, created_at, updated_at)
     VALUES (?, ?, (SELECT number FROM gradebook_assignments WHERE assignment_id = ?), ?, ?, 0, 0,
       ?, ?)`,
    id,
    assignment_id,
    assignment_id,
    course_id,
    student_id,
    tx.committedAt,
    tx.committedAt,
  );
  return { id, assignment_id, course_id, student_id, attempt_count: 0 };
}
