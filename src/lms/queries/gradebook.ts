import { fromHundredths } from '../percent.ts';
import { fromMilliPoints } from '../points.ts';
import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import {
  openSheet,
  type Sheet,
  type SheetCell,
  type SheetColumn,
  type SheetStudent,
  sheetStudents,
} from './gradebook-sheet.ts';
import { cutPage, type PageRequest } from './page.ts';

/** An assignment as a column of the gradebook. */
export interface GradebookColumn {
  readonly id: string;
  readonly title: string;
  readonly points_possible: number;
  readonly weight: number;
  readonly due_at: string | null;
}

/** What a student has for an assignment. */
export interface GradebookCell {
  readonly submission_id: string;
  readonly attempt_count: number;
  readonly late_ms: number;
  /** An attempt was made that no grade judges. */
  readonly needs_grading: boolean;
  readonly grade: {
    readonly points: number;
    readonly final_points: number;
    readonly state: 'draft' | 'posted';
    readonly version: number;
  } | null;
}

export interface GradebookRow {
  readonly student: {
    readonly id: string;
    readonly username: string;
    readonly display_name: string;
  };
  /** In the order of `assignments`; `null`: nothing handed in, nothing graded. */
  readonly cells: (GradebookCell | null)[];
  readonly current_percent: number | null;
  readonly final_percent: number | null;
}

export interface GradebookPage {
  readonly assignments: GradebookColumn[];
  readonly items: readonly GradebookRow[];
  readonly next: readonly [string] | null;
}

/** All assignments and a page of the enrolled students, in the order of their ids; key `[id]`. */
export function gradebookPage(
  reader: Reader,
  actor: Actor,
  courseId: string,
  { limit, after }: PageRequest<readonly [string]>,
): GradebookPage {
  requireInCourse(reader, actor, courseId, 'grade.read_any');
  const sheet = openSheet(reader, courseId);
  const students = sheetStudents(reader, courseId, after?.[0] ?? '', limit + 1);
  const page = cutPage(students, limit, ({ student_id }) => [student_id] as const);
  return {
    assignments: sheet.columns.map(showColumn),
    items: page.items.map((student) => showRow(reader, sheet, student)),
    next: page.next,
  };
}

export function showColumn(column: SheetColumn): GradebookColumn {
  return {
    id: column.id,
    title: column.title,
    points_possible: fromMilliPoints(column.points_possible),
    weight: fromMilliPoints(column.weight),
    due_at: toRfc3339OrNull(column.due_at),
  };
}

function showRow(reader: Reader, sheet: Sheet, student: SheetStudent): GradebookRow {
  const { student_id: id, username, display_name } = student;
  const cells = sheet.cellsOf(student);
  const { current_percent: current, final_percent: final } = sheet.totalsOf(cells);
  return {
    student: { id, username, display_name },
    cells: cells.map((cell) => (cell === null ? null : showCell(reader, cell))),
    current_percent: current === null ? null : fromHundredths(current),
    final_percent: final === null ? null : fromHundredths(final),
  };
}

function showCell(reader: Reader, cell: SheetCell): GradebookCell {
  const { submission, attempts, points, version, graded_attempt: graded } = cell;
  const row = reader.get<{ id: string }>(
    'SELECT id FROM submissions WHERE sequence = ?',
    submission,
  );
  return {
    submission_id: row?.id ?? '',
    attempt_count: attempts,
    late_ms: cell.late_ms,
    needs_grading: attempts > (graded ?? 0),
    grade:
      points === null || version === null
        ? null
        : {
            points: fromMilliPoints(points),
            final_points: fromMilliPoints(points - cell.late_deduction),
            state: cell.posted ? 'posted' : 'draft',
            version,
          },
  };
}
