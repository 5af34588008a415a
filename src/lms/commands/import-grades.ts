import { defineCommand } from '../command.ts';
import { maxListedImportCells } from '../limits.ts';
import { fromMilliPoints } from '../points.ts';
import { requireInActiveCourse } from '../policy.ts';
import {
  cellCountFault,
  gradeImportJudge,
  type ImportChange,
  type ImportConflict,
  type ImportError,
} from '../queries/grade-import.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { openSubmission, submissionOf } from './grade-student.ts';
import { type GradedSubmission, saveGrade } from './save-grade.ts';

export interface ImportGrades {
  readonly course_id: string;
  /** Of grades that are new; others keep theirs. */
  readonly state: 'draft' | 'posted';
  /** The cells name them by their place here. */
  readonly assignment_ids: readonly string[];
  readonly rows: readonly {
    readonly student_id: string;
    readonly base_index: number;
    readonly cells: readonly {
      readonly assignment: number;
      /** Milli-points. */
      readonly points: number;
      /** For the submission that is made when there is none. */
      readonly submission_id?: string;
    }[];
  }[];
  /** Cells of the file that were left out because they have these points already. */
  readonly unchanged_count: number;
  readonly reason: string | null;
}

export interface ImportedGrades {
  readonly change_count: number;
  readonly unchanged_count: number;
  readonly conflict_count: number;
  /** The first of them, in points. */
  readonly conflicts: readonly ImportConflict[];
}

type Judged = { change: ImportChange; submission_id: string | undefined };

/**
 * Sets the points of many cells at one point of the log. A cell that was changed after the row was read
 * is left as it is and reported; anything else that is wrong refuses the whole import.
 */
export const importGrades = defineCommand<ImportGrades, ImportedGrades>({
  kind: 'IMPORT_GRADES',
  v: 1,
  apply(tx, command) {
    requireInActiveCourse(tx, tx.actor, command.course_id, 'grade.write');
    requireFewEnough(command);
    const { changes, conflicts, unchanged, errors } = judge(tx, command);
    refuseErrors(errors);
    for (const { change, submission_id } of changes) save(tx, command, change, submission_id);
    tx.target(command.course_id);
    return {
      change_count: changes.length,
      unchanged_count: unchanged + command.unchanged_count,
      conflict_count: conflicts.length,
      conflicts: conflicts.slice(0, maxListedImportCells).map(showConflict),
    };
  },
});

/** In points, as the API shows it. */
export function showConflict({ yours, current, ...conflict }: ImportConflict): ImportConflict {
  return { ...conflict, yours: fromMilliPoints(yours), current: fromMilliPoints(current) };
}

function requireFewEnough({ rows }: ImportGrades): void {
  const cells = rows.reduce((all, row) => all + row.cells.length, 0);
  const fault = cellCountFault(cells);
  if (fault === null) return;
  throw new Refusal('invalid_value', fault.detail, { errors: [{ pointer: '', ...fault }] });
}

function judge(tx: Tx, { course_id, assignment_ids, rows }: ImportGrades) {
  const judgeRow = gradeImportJudge(tx, tx.actor, course_id);
  const changes: Judged[] = [];
  const conflicts: ImportConflict[] = [];
  const errors: ImportError[] = [];
  let unchanged = 0;
  for (const { student_id, base_index, cells } of rows) {
    const named = cells.map(({ assignment, points, submission_id }) => ({
      assignment_id: assignment_ids[assignment] ?? '',
      points,
      submission_id,
    }));
    const judged = judgeRow({ student_id, base_index, cells: named });
    for (const change of judged.changes) {
      const cell = named.find(({ assignment_id }) => assignment_id === change.assignment_id);
      changes.push({ change, submission_id: cell?.submission_id });
    }
    conflicts.push(...judged.conflicts);
    errors.push(...judged.errors);
    unchanged += judged.unchanged;
  }
  return { changes, conflicts, errors, unchanged };
}

function refuseErrors(errors: readonly ImportError[]): void {
  const [first] = errors;
  if (first === undefined) return;
  throw new Refusal('invalid_value', first.detail, {
    errors: errors.slice(0, 100).map(({ student_id, assignment_id, code, detail }) => ({
      pointer: assignment_id === null ? `/${student_id}` : `/${student_id}/${assignment_id}`,
      code,
      detail,
    })),
  });
}

function save(
  tx: Tx,
  command: ImportGrades,
  change: ImportChange,
  newId: string | undefined,
): void {
  const { assignment_id, student_id, base_index, to: points } = change;
  const submission =
    submissionOf(tx, student_id, assignment_id) ??
    openSubmission(tx, {
      submission_id: newId ?? missingId(),
      assignment_id,
      student_id,
      course_id: command.course_id,
    });
  const old = tx.get<{ version: number; state: 'draft' | 'posted'; feedback_md: string }>(
    `SELECT g.version, g.state, g.feedback_md
       FROM submissions s JOIN grades g ON g.submission = s.sequence WHERE s.id = ?`,
    submission.id,
  );
  const grade = {
    points,
    rubric_points: null,
    feedback_md: old?.feedback_md ?? '',
    state: old?.state ?? command.state,
    attempt: seenAttempt(tx, submission, base_index),
    reason: command.reason,
  };
  saveGrade(tx, submission, grade, old ?? null);
}

function missingId(): never {
  throw new Refusal('conflict', 'A student has no submission to grade any more. Send it again.');
}

/** The latest attempt that whoever filled in the row can have seen: one after it is not judged. */
function seenAttempt(tx: Tx, { id, attempt_count }: GradedSubmission, baseIndex: number): number {
  if (baseIndex === 0) return attempt_count;
  const row = tx.get<{ seen: number | null }>(
    `SELECT max(t.number) AS seen FROM submissions s JOIN attempts t ON t.submission = s.sequence
      WHERE s.id = ? AND t.log_index <= ?`,
    id,
    baseIndex,
  );
  return row?.seen ?? 0;
}
