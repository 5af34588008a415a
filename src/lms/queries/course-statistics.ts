import { fromHundredths, percentOf } from '../percent.ts';
import { PointCounts } from '../point-counts.ts';
import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import type { Actor } from '../tx.ts';
import { type QueryCounts, queryCounts } from './query-shelves.ts';

/** Of students who are enrolled now, and of posted grades as they were entered. */
export interface CourseStatistics {
  readonly course_id: string;
  readonly students: number;
  /** Attempts made or not, by student and assignment. */
  readonly submitted: number;
  /** Of all that all students could have handed in; `null` when nobody could. */
  readonly submission_rate_percent: number | null;
  readonly graded: number;
  /** Each grade as a percentage of its `points_possible`; `null` while nothing is posted. */
  readonly percent: {
    readonly mean: number;
    readonly median: number;
    readonly min: number;
    readonly max: number;
  } | null;
  /** Tenths; the last one has 100 % and more, too. */
  readonly distribution: {
    readonly from_percent: number;
    readonly to_percent: number;
    readonly grades: number;
  }[];
  readonly queries: QueryCounts;
  readonly tutor_messages: number;
  /** Cited in answers of the tutor, most often first. */
  readonly materials_most_asked: {
    readonly material_id: string;
    readonly title: string;
    readonly questions: number;
  }[];
  readonly assignments: {
    readonly assignment_id: string;
    readonly title: string;
    readonly submitted: number;
    readonly submission_rate_percent: number | null;
    readonly graded: number;
    readonly mean_percent: number | null;
  }[];
}

interface AssignmentRow {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly points_possible: number;
  readonly submitted: number;
}

interface Totals {
  readonly students: number;
  readonly submissions: number;
  readonly tutor_messages: number;
}

const parts = 10;
const mostAskedCount = 10;

/** For staff, from totals that are kept as things happen: no submission is looked at. */
export function courseStatistics(reader: Reader, actor: Actor, courseId: string): CourseStatistics {
  requireInCourse(reader, actor, courseId, 'grade.read_any');
  const totals = totalsOf(reader, courseId);
  const rows = assignmentRows(reader, courseId);
  const all = new PointCounts();
  const assignments = rows.map((row) => {
    const counts = percents(reader, row, all);
    const { figures } = counts;
    return {
      assignment_id: row.id,
      title: row.title,
      submitted: row.submitted,
      submission_rate_percent: percentOf(row.submitted, totals.students),
      graded: counts.total,
      mean_percent: figures === null ? null : fromHundredths(figures.mean),
    };
  });
  return {
    course_id: courseId,
    students: totals.students,
    submitted: totals.submissions,
    submission_rate_percent: percentOf(totals.submissions, totals.students * rows.length),
    graded: all.total,
    ...gradesIn(all),
    queries: queryCounts(reader, courseId),
    tutor_messages: totals.tutor_messages,
    materials_most_asked: mostAsked(reader, courseId),
    assignments,
  };
}

function gradesIn(all: PointCounts): Pick<CourseStatistics, 'percent' | 'distribution'> {
  const { figures } = all;
  return {
    percent:
      figures === null
        ? null
        : {
            mean: fromHundredths(figures.mean),
            median: fromHundredths(figures.median),
            min: fromHundredths(figures.min),
            max: fromHundredths(figures.max),
          },
    distribution: all.parts(10_000, parts).map((grades, n) => ({
      from_percent: (100 / parts) * n,
      to_percent: (100 / parts) * (n + 1),
      grades,
    })),
  };
}

function totalsOf(reader: Reader, courseId: string): Totals {
  const row = reader.get<Totals>('SELECT * FROM course_totals WHERE course_id = ?', courseId);
  if (row === undefined) throw new Error('broken invariant: a course without totals');
  return row;
}

function assignmentRows(reader: Reader, courseId: string): AssignmentRow[] {
  return reader.all<AssignmentRow>(
    `SELECT g.number, a.id, a.title, a.points_possible, g.submitted
       FROM assignments a JOIN gradebook_assignments g ON g.assignment_id = a.id
      WHERE a.course_id = ? AND a.deleted_at IS NULL ORDER BY a.id`,
    courseId,
  );
}

/** In hundredths of a percent, added to `all` too; what gives no points has no percentage. */
function percents(reader: Reader, row: AssignmentRow, all: PointCounts): PointCounts {
  const { number, points_possible: possible } = row;
  const counts = new PointCounts();
  if (possible === 0) return counts;
  for (const { points, grades } of reader.all<{ points: number; grades: number }>(
    'SELECT points, grades FROM grade_counts WHERE assignment = ?',
    number,
  )) {
    const percent = Math.floor((points * 20_000 + possible) / (2 * possible));
    counts.add(percent, grades);
    all.add(percent, grades);
  }
  return counts;
}

function mostAsked(reader: Reader, courseId: string) {
  return reader
    .all<{ material_id: string; title: string; questions: number }>(
      `SELECT q.material_id, m.title, q.questions FROM material_questions q
         JOIN materials m ON m.id = q.material_id AND m.deleted_at IS NULL
        WHERE q.course_id = ? ORDER BY q.questions DESC, q.material_id LIMIT ?`,
      courseId,
      mostAskedCount,
    )
    .map((row) => ({ ...row }));
}
