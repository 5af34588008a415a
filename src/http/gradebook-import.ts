import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportGrades } from '../lms/commands/import-grades.ts';
import {
  cellCountFault,
  gradeImportJudge,
  type ImportChange,
  type ImportConflict,
  type JudgedRow,
} from '../lms/queries/grade-import.ts';
import type { Reader } from '../lms/reader.ts';
import type { FileError, FileRow, GradebookFile } from './gradebook-file.ts';
import { newId } from './ids.ts';
import { gradebookSliceRows } from './limits.ts';
import type { readInSlices } from './read-in-slices.ts';

/** What an import would do, as far as this node knows. */
export interface ImportPlan {
  readonly changes: readonly ImportChange[];
  readonly conflicts: readonly ImportConflict[];
  readonly errors: readonly FileError[];
  readonly unchanged_count: number;
  /** What the command is to judge again and to write: changes and conflicts. */
  readonly rows: readonly PlannedRow[];
}

interface PlannedRow {
  readonly student_id: string;
  readonly base_index: number;
  readonly cells: readonly {
    readonly assignment_id: string;
    readonly points: number;
    readonly has_submission: boolean;
  }[];
}

/** Compares a file with the gradebook, slice by slice with turns of the event loop between them. */
export async function planImport(
  look: Awaited<ReturnType<typeof readInSlices>>,
  courseId: string,
  file: GradebookFile,
): Promise<ImportPlan> {
  const changes: ImportChange[] = [];
  const conflicts: ImportConflict[] = [];
  const rows: PlannedRow[] = [];
  const errors = [...file.errors];
  const seen = new Set<string>();
  let unchanged_count = 0;
  const judge = look((reader, actor) => gradeImportJudge(reader, actor, courseId));
  for (let from = 0; from < file.rows.length; from += gradebookSliceRows) {
    const slice = file.rows.slice(from, from + gradebookSliceRows);
    const known = look((reader) => slice.map((row) => ({ row, id: studentId(reader, row) })));
    for (const { row, id } of known) {
      const { line } = row;
      if (seen.has(id)) {
        const detail = 'The student has a row further up already.';
        errors.push({ line, column: null, code: 'duplicate_row', detail });
        continue;
      }
      seen.add(id);
      const judged = judge({ ...row, student_id: id });
      changes.push(...judged.changes);
      conflicts.push(...judged.conflicts);
      rows.push(plannedRow(id, row.base_index, judged));
      unchanged_count += judged.unchanged;
      for (const { assignment_id: column, code, detail } of judged.errors) {
        errors.push({ line, column, code, detail });
      }
    }
    await nextTurn();
  }
  const fault = cellCountFault(changes.length + conflicts.length);
  // First, so that it is among those that an answer has room for.
  if (fault !== null) errors.unshift({ line: 1, column: null, ...fault });
  return { changes, conflicts, errors, unchanged_count, rows };
}

function plannedRow(student_id: string, base_index: number, judged: JudgedRow): PlannedRow {
  const cells = [
    ...judged.changes.map(({ assignment_id, to: points, submission }) => {
      return { assignment_id, points, has_submission: submission !== null };
    }),
    ...judged.conflicts.map(({ assignment_id, yours: points }) => {
      return { assignment_id, points, has_submission: true };
    }),
  ];
  return { student_id, base_index, cells };
}

/** Empty when nobody has that name: then the row is found to be of no student. */
function studentId(reader: Reader, { student_id, username_key }: FileRow): string {
  if (student_id !== null || username_key === null) return student_id ?? '';
  const row = reader.get<{ id: string }>(
    'SELECT id FROM users WHERE username_key = ?',
    username_key,
  );
  return row?.id ?? '';
}

/** As the command names them. */
export function importRows({ rows }: ImportPlan): Pick<ImportGrades, 'assignment_ids' | 'rows'> {
  const places = new Map<string, number>();
  const placeOf = (id: string): number => {
    const place = places.get(id) ?? places.size;
    places.set(id, place);
    return place;
  };
  const named = rows
    .filter(({ cells }) => cells.length > 0)
    .map(({ cells, ...row }) => ({
      ...row,
      cells: cells.map(({ assignment_id, points, has_submission }) => ({
        assignment: placeOf(assignment_id),
        points,
        ...(!has_submission && { submission_id: newId('sub') }),
      })),
    }));
  return { assignment_ids: [...places.keys()], rows: named };
}
