import { type EffectiveDates, effectiveDates } from '../effective-dates.ts';
import { lateMs } from '../lateness.ts';
import { fromMilliPoints } from '../points.ts';
import { mayInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { requireAssignment } from './assignments.ts';
import { type Attempt, attemptsOf } from './attempts.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';
import { requireReadableSubmission, type Viewer } from './submission-access.ts';

/** The dates are those of the assignment. */
interface SummaryRow extends EffectiveDates {
  readonly sequence: number;
  readonly id: string;
  readonly assignment_id: string;
  readonly course_id: string;
  readonly student_id: string;
  readonly student_name: string;
  readonly attempt_count: number;
  readonly created_at: number;
  readonly updated_at: number;
  /** `null`, like the next two, when there is no attempt. */
  readonly received_at: number | null;
  readonly counted_at: number | null;
  readonly clock_suspect: 0 | 1 | null;
  readonly points_possible: number;
  readonly points: number | null;
  readonly state: 'draft' | 'posted';
  readonly graded_attempt: number;
  readonly posted_at: number | null;
  readonly grade_version: number;
}

/** A submission as lists show it; what is said of lateness is said of the latest attempt. */
export interface SubmissionSummary {
  readonly id: string;
  readonly assignment_id: string;
  readonly course_id: string;
  readonly student: Person;
  /** `graded`: a grade that this reader may see judges the latest attempt. */
  readonly status: 'ungraded' | 'graded';
  readonly attempt_count: number;
  /** `null`: graded without anything handed in. */
  readonly received_at: string | null;
  readonly late_ms: number;
  readonly clock_suspect: boolean;
  readonly grade: {
    readonly points: number;
    readonly points_possible: number;
    readonly state: 'draft' | 'posted';
    readonly attempt: number;
    readonly posted_at: string | null;
    readonly version: number;
  } | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** With all attempts, oldest first. */
export interface Submission extends SubmissionSummary {
  readonly attempts: Attempt[];
}

/** What handing in answers: the submission and the one attempt that was made. */
export interface HandedIn extends SubmissionSummary {
  readonly attempt: Attempt;
}

export type GradingStatus = 'ungraded' | 'graded' | 'all';

const SELECT = `SELECT s.sequence, s.id, s.assignment_id, s.course_id, s.student_id,
    u.display_name AS student_name, s.attempt_count, s.created_at, s.updated_at,
    t.received_at, t.counted_at, t.clock_suspect, a.unlock_at, a.due_at, a.lock_at,
    a.grace_seconds, a.max_attempts, a.points_possible,
    g.points, g.state, g.attempt AS graded_attempt, g.posted_at, g.version AS grade_version
  FROM submissions s
  JOIN users u ON u.id = s.student_id
  JOIN assignments a ON a.id = s.assignment_id
  LEFT JOIN attempts t ON t.submission = s.sequence AND t.number = s.attempt_count
  LEFT JOIN grades g ON g.submission = s.sequence`;

const FILTER: Readonly<Record<GradingStatus, string>> = {
  all: '',
  graded: 'AND s.needs_grading = 0',
  ungraded: 'AND s.needs_grading = 1',
};

export function getSubmission(reader: Reader, actor: Actor, submissionId: string): Submission {
  const { viewer } = requireReadableSubmission(reader, actor, submissionId);
  const row = summaryRow(reader, submissionId);
  const dates = datesOf(reader, row);
  return { ...show(row, viewer, dates), attempts: attemptsOf(reader, submissionId, dates) };
}

/** To be called in the rule that has made the attempt. */
export function handedIn(reader: Reader, submissionId: string): HandedIn {
  const row = summaryRow(reader, submissionId);
  const dates = datesOf(reader, row);
  const attempt = attemptsOf(reader, submissionId, dates, row.attempt_count)[0];
  if (attempt === undefined) throw new Error('broken invariant: a submission without its attempt');
  return { ...show(row, 'student', dates), attempt };
}

/**
 * For staff all of the assignment, in the order of the first attempts; for a student their own, at
 * most one. The key is `[sequence]`.
 */
export function listSubmissions(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  status: GradingStatus,
  { limit, after }: PageRequest<readonly [number]>,
): Page<SubmissionSummary, readonly [number]> {
  const { role } = requireAssignment(reader, actor, assignmentId, 'assignment.read');
  if (!mayInCourse(actor, role, 'submission.read_any')) {
    return { items: ownOf(reader, actor, assignmentId, status), next: null };
  }
  const rows = reader.all<SummaryRow>(
    `${SELECT} WHERE s.assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)
        ${FILTER[status]} AND s.sequence > ?
      ORDER BY s.sequence LIMIT ?`,
    assignmentId,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return {
    items: page.items.map((row) => show(row, viewerOf(row, actor), datesOf(reader, row))),
    next: page.next,
  };
}

/** What one student handed in for it, at most one: for staff, and for the student. */
export function submissionsOfStudent(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  status: GradingStatus,
  studentId: string,
): SubmissionSummary[] {
  if (studentId === actor.id) {
    requireAssignment(reader, actor, assignmentId, 'assignment.read');
    return ownOf(reader, actor, assignmentId, status);
  }
  requireAssignment(reader, actor, assignmentId, 'submission.read_any');
  return reader
    .all<SummaryRow>(
      `${SELECT} WHERE s.student_id = ?
          AND s.assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?) ${FILTER[status]}`,
      studentId,
      assignmentId,
    )
    .map((row) => show(row, 'staff', datesOf(reader, row)));
}

/** That a grade is being drafted for what was never handed in is not for its student to see. */
function ownOf(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  status: GradingStatus,
): SubmissionSummary[] {
  return reader
    .all<SummaryRow>(
      `${SELECT} WHERE s.student_id = ?
          AND s.assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)`,
      actor.id,
      assignmentId,
    )
    .map((row) => show(row, 'student', datesOf(reader, row)))
    .filter(({ attempt_count, grade }) => attempt_count > 0 || grade !== null)
    .filter((submission) => status === 'all' || submission.status === status);
}

function summaryRow(reader: Reader, submissionId: string): SummaryRow {
  const row = reader.get<SummaryRow>(`${SELECT} WHERE s.id = ?`, submissionId);
  if (row === undefined)
    throw new Error(`broken invariant: submission ${submissionId} is in parts`);
  return row;
}

/** That hold for whose submission it is. */
function datesOf(reader: Reader, row: SummaryRow): EffectiveDates {
  return effectiveDates(reader, row.assignment_id, row, row.student_id);
}

/** A member of the staff may have handed in as a student before. */
function viewerOf(row: SummaryRow, actor: Actor): Viewer {
  return row.student_id === actor.id ? 'student' : 'staff';
}

function show(row: SummaryRow, viewer: Viewer, dates: EffectiveDates): SubmissionSummary {
  const grade = gradeFor(row, viewer);
  return {
    id: row.id,
    assignment_id: row.assignment_id,
    course_id: row.course_id,
    student: { id: row.student_id, display_name: row.student_name },
    status: grade?.attempt === row.attempt_count ? 'graded' : 'ungraded',
    attempt_count: row.attempt_count,
    received_at: toRfc3339OrNull(row.received_at),
    late_ms: row.counted_at === null ? 0 : lateMs(row.counted_at, dates),
    clock_suspect: row.clock_suspect === 1,
    grade,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

function gradeFor(row: SummaryRow, viewer: Viewer): SubmissionSummary['grade'] {
  if (row.points === null || (viewer === 'student' && row.state !== 'posted')) return null;
  return {
    points: fromMilliPoints(row.points),
    points_possible: fromMilliPoints(row.points_possible),
    state: row.state,
    attempt: row.graded_attempt,
    posted_at: toRfc3339OrNull(row.posted_at),
    version: row.grade_version,
  };
}
