import { mostPoints, pointsErrors } from '../commands/grade-rules.ts';
import { maxCellsPerGradeImport } from '../limits.ts';
import type { Reader } from '../reader.ts';
import type { Actor } from '../tx.ts';

/** Points of one student as a file has them; milli-points. */
export interface ImportRow {
  readonly student_id: string;
  /** The last log entry that whoever filled in the row had seen; 0: none. */
  readonly base_index: number;
  readonly cells: readonly { readonly assignment_id: string; readonly points: number }[];
}

/** A cell that an import would change. */
export interface ImportChange {
  readonly student_id: string;
  readonly assignment_id: string;
  /** `submissions.sequence`; `null`: there is no submission yet. */
  readonly submission: number | null;
  readonly base_index: number;
  readonly from: number | null;
  readonly to: number;
}

/** A cell that somebody else has changed since the row was read: it stays as it is. */
export interface ImportConflict {
  readonly student_id: string;
  readonly assignment_id: string;
  readonly yours: number;
  readonly current: number;
  readonly current_version: number;
}

export interface ImportError {
  readonly student_id: string;
  /** `null`: the whole row is at fault. */
  readonly assignment_id: string | null;
  readonly code: string;
  readonly detail: string;
}

export interface JudgedRow {
  readonly changes: ImportChange[];
  readonly conflicts: ImportConflict[];
  readonly errors: ImportError[];
  /** Cells that have these points already. */
  readonly unchanged: number;
}

/** Judges row after row, alike in a dry run and in `apply`; access to the course was asked for. */
export function gradeImportJudge(
  reader: Reader,
  actor: Actor,
  courseId: string,
): (row: ImportRow) => JudgedRow {
  const columns = new Map(columnRows(reader, courseId).map((row) => [row.id, row]));
  return (row) => {
    const judged = { changes: [], conflicts: [], errors: [], unchanged: 0 } as JudgedRow & {
      unchanged: number;
    };
    const number = enrolledNumber(reader, courseId, row.student_id);
    const fault = rowFault(number, actor, row);
    if (number === null || fault !== null) {
      if (fault !== null) judged.errors.push({ ...fault, student_id: row.student_id });
      return judged;
    }
    for (const { assignment_id, points } of row.cells) {
      const at = { student_id: row.student_id, assignment_id };
      const column = columns.get(assignment_id);
      const [error] = column === undefined ? [UNKNOWN_ASSIGNMENT] : faults(column, points);
      if (column === undefined || error !== undefined) {
        judged.errors.push({ ...at, ...(error ?? UNKNOWN_ASSIGNMENT) });
        continue;
      }
      const cell = cellOf(reader, number, column.number);
      if (cell?.points === points) judged.unchanged += 1;
      else judgeChange(reader, judged, { ...at, base_index: row.base_index, points }, cell);
    }
    return judged;
  };
}

/** What is wrong with so many cells to change, as in a dry run so in `apply`; `null`: nothing. */
export function cellCountFault(cells: number): Pick<ImportError, 'code' | 'detail'> | null {
  if (cells <= maxCellsPerGradeImport) return null;
  const detail =
    `It changes ${cells} cells, and one import may change ${maxCellsPerGradeImport}. ` +
    'Send fewer columns at a time.';
  return { code: 'too_many_cells', detail };
}

interface Column {
  readonly id: string;
  /** `gradebook_assignments.number`. */
  readonly number: number;
  readonly points_possible: number;
  readonly extra_credit: 0 | 1;
}

interface Cell {
  readonly submission: number;
  readonly points: number | null;
  readonly version: number | null;
}

function columnRows(reader: Reader, courseId: string): Column[] {
  return reader.all<Column>(
    `SELECT a.id, g.number, a.points_possible, a.extra_credit
       FROM assignments a JOIN gradebook_assignments g ON g.assignment_id = a.id
      WHERE a.course_id = ? AND a.deleted_at IS NULL`,
    courseId,
  );
}

function cellOf(reader: Reader, student: number, assignment: number): Cell | undefined {
  return reader.get<Cell>(
    `SELECT submission, points, version FROM gradebook_cells
      WHERE student = ? AND assignment = ?`,
    student,
    assignment,
  );
}

const UNKNOWN_ASSIGNMENT = {
  code: 'unknown_assignment',
  detail: 'The course has no such assignment.',
};

function rowFault(number: number | null, actor: Actor, { student_id }: ImportRow) {
  if (student_id === actor.id) {
    const detail = 'This is your own row: somebody else has to judge your work.';
    return { assignment_id: null, code: 'own_work', detail };
  }
  if (number !== null) return null;
  const detail = 'The course has no such student. Take the row out, or enroll them first.';
  return { assignment_id: null, code: 'unknown_student', detail };
}

function faults(column: Column, points: number) {
  return pointsErrors(points, mostPoints(column)).map(({ code, detail }) => ({ code, detail }));
}

function judgeChange(
  reader: Reader,
  judged: JudgedRow,
  wanted: { student_id: string; assignment_id: string; base_index: number; points: number },
  cell: Cell | undefined,
): void {
  const { student_id, assignment_id, base_index, points } = wanted;
  if (cell?.points != null && cell.version !== null) {
    if (changedAt(reader, cell.submission, cell.version) > base_index) {
      const current = { current: cell.points, current_version: cell.version };
      judged.conflicts.push({ student_id, assignment_id, yours: points, ...current });
      return;
    }
  }
  judged.changes.push({
    student_id,
    assignment_id,
    submission: cell?.submission ?? null,
    base_index,
    from: cell?.points ?? null,
    to: points,
  });
}

/** The log entry that made this version of a grade. */
function changedAt(reader: Reader, submission: number, version: number): number {
  const row = reader.get<{ log_index: number }>(
    'SELECT log_index FROM grade_history WHERE submission = ? AND version = ?',
    submission,
    version,
  );
  if (row === undefined) throw new Error('broken invariant: a grade without its history');
  return row.log_index;
}

function enrolledNumber(reader: Reader, courseId: string, studentId: string): number | null {
  const row = reader.get<{ number: number }>(
    `SELECT number FROM gradebook_students
      WHERE course_id = ? AND student_id = ? AND enrolled = 1`,
    courseId,
    studentId,
  );
  return row?.number ?? null;
}
