import { mostPoints, pointsErrors } from '../commands/grade-rules.ts';
import { fromHundredths } from '../percent.ts';
import { mayInCourse, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { type FieldError, Refusal } from '../refusal.ts';
import type { Actor } from '../tx.ts';
import { weightedTotals } from '../weighted-total.ts';
import { countedPoints, openSheet, type SheetColumn, sheetStudent } from './gradebook-sheet.ts';

interface ShownTotals {
  readonly current_percent: number | null;
  readonly final_percent: number | null;
}

/** The weighted totals as they are, and as they would be. */
export interface WhatIf {
  readonly student_id: string;
  readonly actual: ShownTotals;
  readonly supposed: ShownTotals;
}

/**
 * What the totals would be with these points instead of, or beside, the posted ones. Nothing is
 * written. The points given are final: no lateness is taken off them.
 *
 * @param given milli-points by assignment id
 */
export function whatIf(
  reader: Reader,
  actor: Actor,
  courseId: string,
  studentId: string,
  given: Readonly<Record<string, number>>,
): WhatIf {
  const { role } = requireInCourse(reader, actor, courseId, 'course.read');
  const isAllowed = studentId === actor.id || mayInCourse(actor, role, 'grade.read_any');
  if (studentId === actor.id && role !== 'student') {
    throw new Refusal('forbidden', 'You are not a student of the course. Name one in student_id.');
  }
  const student = isAllowed ? sheetStudent(reader, courseId, studentId) : null;
  if (student === null) {
    throw new Refusal('not_found', 'There is no such student, or they are not yours to see.');
  }
  const sheet = openSheet(reader, courseId);
  refuse(faults(sheet.columns, given));
  const totals = weightedTotals(sheet.columns);
  const points = sheet.standingsOf(student).map(countedPoints);
  const supposed = points.map((now, n) => given[sheet.columns[n]?.id ?? ''] ?? now);
  return {
    student_id: studentId,
    actual: show(totals(points)),
    supposed: show(totals(supposed)),
  };
}

function faults(
  columns: readonly SheetColumn[],
  given: Readonly<Record<string, number>>,
): FieldError[] {
  const byId = new Map(columns.map((column) => [column.id, column]));
  return Object.entries(given).flatMap(([id, points]) => {
    const column = byId.get(id);
    const pointer = `/points/${id}`;
    if (column === undefined) {
      const detail = 'The course has no such assignment.';
      return [{ pointer, code: 'unknown_assignment', detail }];
    }
    return pointsErrors(points, mostPoints(column)).map((error) => ({ ...error, pointer }));
  });
}

function refuse(errors: readonly FieldError[]): void {
  const [first] = errors;
  if (first !== undefined) throw new Refusal('invalid_value', first.detail, { errors });
}

function show(totals: ShownTotals): ShownTotals {
  const { current_percent: current, final_percent: final } = totals;
  return {
    current_percent: current === null ? null : fromHundredths(current),
    final_percent: final === null ? null : fromHundredths(final),
  };
}
