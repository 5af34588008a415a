import { setImmediate as nextTurn } from 'node:timers/promises';
import { fromHundredths } from '../lms/percent.ts';
import { fromMilliPoints } from '../lms/points.ts';
import { requireInCourse } from '../lms/policy.ts';
import {
  openSheet,
  type Sheet,
  type SheetColumn,
  type SheetStudent,
  sheetStudents,
} from '../lms/queries/gradebook-sheet.ts';
import { gradebookSliceCells, gradebookSliceRows } from './limits.ts';
import type { readInSlices } from './read-in-slices.ts';

/** The columns before the assignments, and after them. */
export const LEADING_COLUMNS = ['student_id', 'username', 'display_name', 'base_index'] as const;
export const TRAILING_COLUMNS = ['current_percent', 'final_percent'] as const;

/** `Title (10) [asg_…]`: an import goes by the id, people by the rest. */
export function columnTitle({ id, title, points_possible }: SheetColumn): string {
  return `${title} (${fromMilliPoints(points_possible)}) [${id}]`;
}

/**
 * The gradebook as RFC 4180 CSV, in slices with turns of the event loop between them. A cell has the
 * points as they were entered; each row has the log index at which it was read (`base_index`), by which
 * an import tells what was changed since. The columns are those of the beginning. What a spreadsheet
 * would take for a formula is guarded by an apostrophe.
 */
export async function* gradebookCsv(
  look: Awaited<ReturnType<typeof readInSlices>>,
  courseId: string,
): AsyncGenerator<string> {
  const sheet = look((reader, actor) => {
    requireInCourse(reader, actor, courseId, 'grade.read_any');
    return openSheet(reader, courseId);
  });
  const { stringify } = await import('csv-stringify/sync');
  const lines = (rows: Field[][]) =>
    stringify(rows, { record_delimiter: 'windows', escape_formulas: true });
  yield lines([[...LEADING_COLUMNS, ...sheet.columns.map(columnTitle), ...TRAILING_COLUMNS]]);
  const limit = rowsOfSlice(sheet);
  let after = '';
  for (;;) {
    const { students, text } = look((reader, _actor, index) => {
      const slice = sheetStudents(reader, courseId, after, limit);
      return { students: slice, text: lines(slice.map((one) => row(sheet, one, index))) };
    });
    const last = students.at(-1);
    if (last === undefined) return;
    yield text;
    if (students.length < limit) return;
    after = last.student_id;
    await nextTurn();
  }
}

function rowsOfSlice({ columns }: Sheet): number {
  const cells = Math.floor(gradebookSliceCells / Math.max(1, columns.length));
  return Math.max(1, Math.min(gradebookSliceRows, cells));
}

type Field = string | number | null;

function row(sheet: Sheet, student: SheetStudent, index: number): Field[] {
  const cells = sheet.standingsOf(student);
  const { current_percent: current, final_percent: final } = sheet.totalsOf(cells);
  return [
    student.student_id,
    student.username,
    student.display_name,
    index,
    ...cells.map((cell) => (cell?.points == null ? null : fromMilliPoints(cell.points))),
    current === null ? null : fromHundredths(current),
    final === null ? null : fromHundredths(final),
  ];
}
