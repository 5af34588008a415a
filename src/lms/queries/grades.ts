import { type EffectiveDates, effectiveDates } from '../effective-dates.ts';
import { finalPoints, type LatePolicy } from '../late-policy.ts';
import { lateMs } from '../lateness.ts';
import { fromMilliPoints } from '../points.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';
import { requireReadableSubmission } from './submission-access.ts';

/** The dates and the late policy are those of the assignment. */
interface GradeRow extends EffectiveDates {
  readonly sequence: number;
  readonly submission_id: string;
  readonly assignment_id: string;
  readonly assignment_title: string;
  readonly course_id: string;
  readonly student_id: string;
  readonly points: number;
  readonly points_possible: number;
  readonly rubric_points: string | null;
  readonly late_policy: string | null;
  /** Of the attempt that was judged; `null` when nothing was handed in. */
  readonly counted_at: number | null;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  readonly attempt: number;
  readonly grader_id: string;
  readonly grader_name: string;
  readonly posted_at: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A grade as the API shows it. */
export interface Grade {
  readonly submission_id: string;
  readonly assignment_id: string;
  readonly assignment_title: string;
  readonly course_id: string;
  /** As the grader entered them. */
  readonly points: number;
  readonly points_possible: number;
  /** By criterion; they add up to `points`. `null`: not graded by the rubric. */
  readonly rubric_points: Record<string, number> | null;
  /** How late the judged attempt is by the dates as they are now, and what that costs. */
  readonly late_ms: number;
  readonly late_deduction: number;
  /** What counts: `points − late_deduction`. */
  readonly final_points: number;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  /** Number of the attempt that was judged; 0: nothing was handed in. */
  readonly attempt: number;
  readonly grader: Person;
  readonly posted_at: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const SELECT = `SELECT s.sequence, s.id AS submission_id, s.assignment_id, a.title AS assignment_title,
    s.course_id, s.student_id, g.points, a.points_possible, g.rubric_points, a.late_policy,
    a.unlock_at, a.due_at, a.lock_at, a.grace_seconds, a.max_attempts, t.counted_at,
    g.feedback_md, g.state, g.attempt, g.grader_id, u.display_name AS grader_name, g.posted_at,
    g.version, g.created_at, g.updated_at
  FROM submissions s
  JOIN grades g ON g.submission = s.sequence
  JOIN assignments a ON a.id = s.assignment_id
  JOIN users u ON u.id = g.grader_id
  LEFT JOIN attempts t ON t.submission = s.sequence AND t.number = g.attempt`;

/** Without asking who reads it; `null` when nothing was graded yet. */
export function gradeOf(reader: Reader, submissionId: string): Grade | null {
  const row = reader.get<GradeRow>(`${SELECT} WHERE s.id = ?`, submissionId);
  return row === undefined ? null : show(reader, row);
}

/** The grade, or `not_found` while there is none; to a student a draft is none. */
export function getGrade(reader: Reader, actor: Actor, submissionId: string): Grade {
  const { viewer } = requireReadableSubmission(reader, actor, submissionId);
  const grade = gradeOf(reader, submissionId);
  if (grade === null || (viewer === 'student' && grade.state !== 'posted')) {
    throw new Refusal('not_found', 'The submission has no grade yet.');
  }
  return grade;
}

/** The actor's own posted grades in all courses, in the order of first attempts; key `[sequence]`. */
export function listOwnGrades(
  reader: Reader,
  actor: Actor,
  { limit, after }: PageRequest<readonly [number]>,
): Page<Grade, readonly [number]> {
  const rows = reader.all<GradeRow>(
    `${SELECT} WHERE s.student_id = ? AND s.sequence > ? AND g.state = 'posted'
      ORDER BY s.sequence LIMIT ?`,
    actor.id,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map((row) => show(reader, row)), next: page.next };
}

/** Milli-points by criterion, as stored, in points. */
export function showRubricPoints(stored: string | null): Record<string, number> | null {
  if (stored === null) return null;
  const entries = Object.entries(JSON.parse(stored) as Record<string, number>);
  return Object.fromEntries(entries.map(([id, points]) => [id, fromMilliPoints(points)]));
}

function show(reader: Reader, row: GradeRow): Grade {
  const { late_ms, late_deduction, final_points } = lateness(reader, row);
  return {
    submission_id: row.submission_id,
    assignment_id: row.assignment_id,
    assignment_title: row.assignment_title,
    course_id: row.course_id,
    points: fromMilliPoints(row.points),
    points_possible: fromMilliPoints(row.points_possible),
    rubric_points: showRubricPoints(row.rubric_points),
    late_ms,
    late_deduction: fromMilliPoints(late_deduction),
    final_points: fromMilliPoints(final_points),
    feedback_md: row.feedback_md,
    state: row.state,
    attempt: row.attempt,
    grader: { id: row.grader_id, display_name: row.grader_name },
    posted_at: toRfc3339OrNull(row.posted_at),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

/** By the dates as they are now: when a due date moves, the deduction goes or comes with it. */
function lateness(reader: Reader, row: GradeRow) {
  const dates = effectiveDates(reader, row.assignment_id, row, row.student_id);
  const late_ms = row.counted_at === null ? 0 : lateMs(row.counted_at, dates);
  const policy = row.late_policy === null ? null : (JSON.parse(row.late_policy) as LatePolicy);
  return { late_ms, ...finalPoints(row.points, late_ms, policy, row.points_possible) };
}
