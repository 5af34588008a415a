import { effectiveDates } from '../effective-dates.ts';
import { finalPoints, type LatePolicy } from '../late-policy.ts';
import { lateMs } from '../lateness.ts';
import { clockToleranceMs } from '../limits.ts';
import { percentOf } from '../percent.ts';
import { PointCounts } from '../point-counts.ts';
import { fromMilliPoints } from '../points.ts';
import type { Reader } from '../reader.ts';
import type { Actor } from '../tx.ts';
import { type AssignmentRow, requireAssignment } from './assignments.ts';

/** Of the students who are enrolled now; points as the API shows them. */
export interface AssignmentStatistics {
  readonly assignment_id: string;
  readonly points_possible: number;
  readonly students: number;
  readonly submitted: number;
  /** `null` while nobody is enrolled. */
  readonly submission_rate_percent: number | null;
  /** By the latest attempt, and the dates as they are now. */
  readonly on_time: number;
  readonly late: number;
  /** Submissions whose latest attempt no grade judges, of whoever. */
  readonly ungraded: number;
  /** Posted grades, after the late policy. */
  readonly graded: number;
  readonly points: {
    readonly mean: number;
    readonly median: number;
    readonly min: number;
    readonly max: number;
  } | null;
  /** Tenths of `points_possible`; the last one has 100 % and more, too. */
  readonly distribution: {
    readonly from_percent: number;
    readonly to_percent: number;
    readonly grades: number;
  }[];
}

interface Totals {
  readonly number: number;
  readonly submitted: number;
  readonly students: number;
}

interface PerhapsLate {
  readonly student_id: string;
  readonly latest_counted_at: number;
  readonly points: number | null;
  readonly posted: 0 | 1;
  readonly graded_counted_at: number | null;
}

const parts = 10;

/** For staff. Counts come from running totals; only who is late is looked at one by one. */
export function getAssignmentStatistics(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
): AssignmentStatistics {
  const { row } = requireAssignment(reader, actor, assignmentId, 'grade.read_any');
  const { number, submitted, students } = totalsOf(reader, row);
  const counts = countsOf(reader, number);
  const late = countLate(reader, row, number, counts);
  const { figures } = counts;
  return {
    assignment_id: row.id,
    points_possible: fromMilliPoints(row.points_possible),
    students,
    submitted,
    submission_rate_percent: percentOf(submitted, students),
    on_time: submitted - late,
    late,
    ungraded: ungradedOf(reader, number),
    graded: counts.total,
    points:
      figures === null
        ? null
        : {
            mean: fromMilliPoints(figures.mean),
            median: fromMilliPoints(figures.median),
            min: fromMilliPoints(figures.min),
            max: fromMilliPoints(figures.max),
          },
    distribution: counts.parts(row.points_possible, parts).map((grades, n) => ({
      from_percent: (100 / parts) * n,
      to_percent: (100 / parts) * (n + 1),
      grades,
    })),
  };
}

function totalsOf(reader: Reader, row: AssignmentRow): Totals {
  const totals = reader.get<Totals>(
    `SELECT a.number, a.submitted, t.students
       FROM gradebook_assignments a JOIN course_totals t ON t.course_id = a.course_id
      WHERE a.assignment_id = ?`,
    row.id,
  );
  if (totals === undefined) throw new Error('broken invariant: an assignment without totals');
  return totals;
}

/** Posted grades by points as entered. */
function countsOf(reader: Reader, assignment: number): PointCounts {
  const counts = new PointCounts();
  for (const { points, grades } of reader.all<{ points: number; grades: number }>(
    'SELECT points, grades FROM grade_counts WHERE assignment = ?',
    assignment,
  )) {
    counts.add(points, grades);
  }
  return counts;
}

/** How many handed in late; moves those whom the policy takes points from to where they end. */
function countLate(
  reader: Reader,
  row: AssignmentRow,
  assignment: number,
  counts: PointCounts,
): number {
  const policy = row.late_policy === null ? null : (JSON.parse(row.late_policy) as LatePolicy);
  const { usual, own } = datesOf(reader, row);
  const from = earliest([usual, ...own.values()]);
  // The attempt that was judged may seem to come after the latest one, by clocks that are believed.
  const margin = policy === null ? 0 : 2 * clockToleranceMs;
  let late = 0;
  for (const one of perhapsLate(reader, assignment, from - margin)) {
    const dates = own.get(one.student_id) ?? usual;
    if (lateMs(one.latest_counted_at, dates) > 0) late += 1;
    const { points, posted, graded_counted_at } = one;
    if (posted === 0 || points === null || graded_counted_at === null) continue;
    const judged = lateMs(graded_counted_at, dates);
    counts.add(points, -1);
    counts.add(finalPoints(points, judged, policy, row.points_possible).final_points, 1);
  }
  return late;
}

type Dates = Parameters<typeof lateMs>[1];

/** Of the class, and of the students with an override. */
function datesOf(reader: Reader, row: AssignmentRow): { usual: Dates; own: Map<string, Dates> } {
  const students = reader.all<{ user_id: string }>(
    'SELECT user_id FROM assignment_overrides WHERE assignment_id = ?',
    row.id,
  );
  return {
    usual: effectiveDates(reader, row.id, row, ''),
    own: new Map(students.map(({ user_id: id }) => [id, effectiveDates(reader, row.id, row, id)])),
  };
}

/** Nobody who handed in before it is late; infinite when nobody can be. */
function earliest(dates: readonly Dates[]): number {
  const ends = dates.flatMap(({ due_at, grace_seconds }) =>
    due_at === null ? [] : [due_at + grace_seconds * 1000],
  );
  return Math.min(...ends);
}

function perhapsLate(reader: Reader, assignment: number, after: number): PerhapsLate[] {
  if (after === Number.POSITIVE_INFINITY) return [];
  return reader.all<PerhapsLate>(
    `SELECT s.student_id, s.latest_counted_at, c.points, c.posted, c.graded_counted_at
       FROM submissions s
       JOIN gradebook_students g
         ON g.course_id = s.course_id AND g.student_id = s.student_id AND g.enrolled = 1
       JOIN gradebook_cells c ON c.student = g.number AND c.assignment = ?
      WHERE s.assignment = ? AND s.latest_counted_at > ?`,
    assignment,
    assignment,
    after,
  );
}

function ungradedOf(reader: Reader, assignment: number): number {
  const row = reader.get<{ n: number }>(
    'SELECT count(*) AS n FROM submissions WHERE assignment = ? AND needs_grading = 1',
    assignment,
  );
  return row?.n ?? 0;
}
