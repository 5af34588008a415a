import { type DueDates, dueDatesInCourse } from '../course-dates.ts';
import type { EffectiveDates } from '../effective-dates.ts';
import { finalPoints, type LatePolicy } from '../late-policy.ts';
import { lateMs } from '../lateness.ts';
import type { Reader } from '../reader.ts';
import { type Totals, weightedTotals } from '../weighted-total.ts';

/** An assignment as a column: milli-units, ms, as stored. */
export interface SheetColumn extends EffectiveDates {
  readonly id: string;
  readonly title: string;
  readonly points_possible: number;
  readonly weight: number;
  readonly extra_credit: 0 | 1;
  readonly topics: string;
  readonly late_policy: LatePolicy | null;
}

/** A student as a row. */
export interface SheetStudent {
  readonly number: number;
  readonly student_id: string;
  readonly username: string;
  readonly display_name: string;
}

/** Where a student stands with an assignment; points in milli-points. */
export interface CellStanding {
  readonly attempts: number;
  /** Of the latest attempt, by the dates as they are now. */
  readonly late_ms: number;
  /** `null`: no grade. */
  readonly points: number | null;
  readonly late_deduction: number;
  readonly posted: boolean;
}

/** The same with what a grader needs to go on from there. */
export interface SheetCell extends CellStanding {
  /** `submissions.sequence`. */
  readonly submission: number;
  /** `null`: no grade, like `version`. */
  readonly graded_attempt: number | null;
  readonly version: number | null;
}

/** The gradebook of a course at this moment; cells are read row by row. */
export interface Sheet {
  /** In the order in which they were made. */
  readonly columns: readonly SheetColumn[];
  /** In the order of `columns`; `null`: nothing handed in, nothing graded. */
  cellsOf(student: InSheet): (SheetCell | null)[];
  /** Those without what only graders need: most of the time goes into reading columns of cells. */
  standingsOf(student: InSheet): (CellStanding | null)[];
  /** Of the column at this place, that hold for this student. */
  dueDates(place: number, studentId: string): DueDates;
  /** Of posted grades, after the late policy: for staff the same as for the student. */
  totalsOf(cells: readonly (CellStanding | null)[]): Totals;
}

type InSheet = Pick<SheetStudent, 'number' | 'student_id'>;

interface ColumnRow extends Omit<SheetColumn, 'late_policy'> {
  readonly number: number;
  readonly late_policy: string | null;
}

/** As many columns as `STANDING_COLUMNS` names. */
type StandingValues = [
  assignment: number,
  attempts: number,
  counted_at: number | null,
  graded_counted_at: number | null,
  points: number | null,
  posted: 0 | 1,
];

type StandingRow = readonly [...StandingValues, ...more: (number | null)[]];

type CellRow = readonly [
  ...StandingValues,
  submission: number,
  graded_attempt: number | null,
  version: number | null,
];

const STANDING_COLUMNS = 'assignment, attempts, counted_at, graded_counted_at, points, posted';
const CELL_COLUMNS = `${STANDING_COLUMNS}, submission, graded_attempt, version`;

/** A column, and what is looked up for each of its cells. */
interface Place {
  readonly n: number;
  readonly column: SheetColumn;
  readonly datesOf: (studentId: string) => DueDates;
}

export function openSheet(reader: Reader, courseId: string): Sheet {
  const rows = columnRows(reader, courseId);
  const columns = rows.map(({ number, late_policy, ...row }) => ({
    ...row,
    late_policy: late_policy === null ? null : (JSON.parse(late_policy) as LatePolicy),
  }));
  const datesIn = dueDatesInCourse(reader, courseId);
  const places = columns.map((column, n): Place => ({ n, column, datesOf: datesIn(column) }));
  const placeOf = new Map(places.map((place, n) => [rows[n]?.number, place]));
  const totals = weightedTotals(columns);
  const inOrder = <Row extends StandingRow, Cell>(
    rows: readonly Row[],
    cellOf: (row: Row, place: Place) => Cell,
  ) => {
    const cells: (Cell | null)[] = columns.map(() => null);
    for (const row of rows) {
      const place = placeOf.get(row[0]);
      if (place !== undefined) cells[place.n] = cellOf(row, place);
    }
    return cells;
  };
  return {
    columns,
    cellsOf({ number, student_id }) {
      const rows = rowsOf<CellRow>(reader, CELL_COLUMNS, number);
      return inOrder(rows, (row, place) => cell(row, place, student_id));
    },
    standingsOf({ number, student_id }) {
      const rows = rowsOf<StandingRow>(reader, STANDING_COLUMNS, number);
      return inOrder(rows, (row, place) => standing(row, place, student_id));
    },
    dueDates(n, studentId) {
      const place = places[n];
      if (place === undefined) throw new Error(`broken invariant: there is no column ${n}`);
      return place.datesOf(studentId);
    },
    totalsOf: (cells) => totals(cells.map(countedPoints)),
  };
}

/** Milli-points that count: posted, after the late policy. */
export function countedPoints(cell: CellStanding | null): number | null {
  if (cell === null || cell.points === null || !cell.posted) return null;
  return cell.points - cell.late_deduction;
}

/** Enrolled students in the order of their ids. */
export function sheetStudents(
  reader: Reader,
  courseId: string,
  after: string,
  limit: number,
): SheetStudent[] {
  return reader.all<SheetStudent>(
    `SELECT s.number, s.student_id, u.username, u.display_name
       FROM gradebook_students s JOIN users u ON u.id = s.student_id AND u.deleted_at IS NULL
      WHERE s.course_id = ? AND s.student_id > ? AND s.enrolled = 1
      ORDER BY s.student_id LIMIT ?`,
    courseId,
    after,
    limit,
  );
}

/** The row of one student, enrolled now or not any more; `null`: never was. */
export function sheetStudent(
  reader: Reader,
  courseId: string,
  studentId: string,
): SheetStudent | null {
  const row = reader.get<SheetStudent>(
    `SELECT s.number, s.student_id, u.username, u.display_name
       FROM gradebook_students s JOIN users u ON u.id = s.student_id
      WHERE s.course_id = ? AND s.student_id = ?`,
    courseId,
    studentId,
  );
  return row ?? null;
}

function columnRows(reader: Reader, courseId: string): ColumnRow[] {
  return reader.all<ColumnRow>(
    `SELECT g.number, a.id, a.title, a.points_possible, a.weight, a.extra_credit, a.topics,
            a.late_policy, a.unlock_at, a.due_at, a.lock_at, a.grace_seconds, a.max_attempts
       FROM assignments a JOIN gradebook_assignments g ON g.assignment_id = a.id
      WHERE a.course_id = ? AND a.deleted_at IS NULL ORDER BY a.id`,
    courseId,
  );
}

function rowsOf<Row extends StandingRow>(reader: Reader, columns: string, student: number): Row[] {
  return reader.allValues<Row>(`SELECT ${columns} FROM gradebook_cells WHERE student = ?`, student);
}

function standing(row: StandingRow, { column, datesOf }: Place, studentId: string): CellStanding {
  const [, attempts, countedAt, gradedAt, points, posted] = row;
  const dates = datesOf(studentId);
  const gradedLate = gradedAt === null ? 0 : lateMs(gradedAt, dates);
  return {
    attempts,
    late_ms: countedAt === null ? 0 : lateMs(countedAt, dates),
    points,
    late_deduction:
      points === null
        ? 0
        : finalPoints(points, gradedLate, column.late_policy, column.points_possible)
            .late_deduction,
    posted: posted === 1,
  };
}

function cell(row: CellRow, place: Place, studentId: string): SheetCell {
  const [, , , , , , submission, graded_attempt, version] = row;
  return { ...standing(row, place, studentId), submission, graded_attempt, version };
}
