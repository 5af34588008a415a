import {
  type Deadlines,
  type EffectiveDates,
  type OverrideTerms,
  withAdjustment,
  withOverride,
} from './effective-dates.ts';
import type { Reader } from './reader.ts';

/** What lateness depends on. */
export type DueDates = Pick<EffectiveDates, 'due_at' | 'grace_seconds'>;

/**
 * `effectiveDates` for all assignments and students of a course, as far as lateness is concerned: the
 * exceptions are read once, so that a table of a million cells asks the database nothing more.
 *
 * @returns for an assignment: the dates of each student
 */
export function dueDatesInCourse(
  reader: Reader,
  courseId: string,
): (assignment: EffectiveDates & { readonly id: string }) => (userId: string) => DueDates {
  const overridesOf = overridesIn(reader, courseId);
  const adjustmentsOf = adjustmentsIn(reader, courseId);
  return (assignment) => {
    const overrides = overridesOf.get(assignment.id);
    const adjustments = adjustmentsOf.get(assignment.id);
    const forAll = moved(assignment, adjustments?.get(null));
    if (overrides === undefined) return () => forAll;
    return (userId) => {
      const override = overrides.get(userId);
      if (override === undefined) return forAll;
      const hasOwn = override.due_at !== undefined || override.lock_at !== undefined;
      const adjustment = adjustments?.get(hasOwn ? userId : null);
      return moved(withOverride(assignment, override), adjustment);
    };
  };
}

function moved(dates: EffectiveDates, adjustment: Deadlines | undefined): DueDates {
  return adjustment === undefined ? dates : withAdjustment(dates, adjustment);
}

/** By assignment, then by student. */
function overridesIn(reader: Reader, courseId: string): Map<string, Map<string, OverrideTerms>> {
  const rows = reader.all<{ assignment_id: string; user_id: string; terms: string }>(
    `SELECT o.assignment_id, o.user_id, o.terms
       FROM assignments a JOIN assignment_overrides o ON o.assignment_id = a.id
      WHERE a.course_id = ? AND a.deleted_at IS NULL`,
    courseId,
  );
  return grouped(rows, ({ terms }) => JSON.parse(terms) as OverrideTerms);
}

/** By assignment, then by student; `null`: for all who have no dates of their own. */
function adjustmentsIn(
  reader: Reader,
  courseId: string,
): Map<string, Map<string | null, Deadlines>> {
  const rows = reader.all<Deadlines & { assignment_id: string; user_id: string | null }>(
    `SELECT d.assignment_id, d.user_id, max(d.due_at) AS due_at, max(d.lock_at) AS lock_at
       FROM assignments a JOIN deadline_adjustments d ON d.assignment_id = a.id
      WHERE a.course_id = ? AND a.deleted_at IS NULL
      GROUP BY d.assignment_id, d.user_id`,
    courseId,
  );
  return grouped(rows, (row) => row);
}

function grouped<User, Row extends { assignment_id: string; user_id: User }, Value>(
  rows: readonly Row[],
  read: (row: Row) => Value,
): Map<string, Map<User, Value>> {
  const groups = new Map<string, Map<User, Value>>();
  for (const row of rows) {
    const group = groups.get(row.assignment_id) ?? new Map<User, Value>();
    groups.set(row.assignment_id, group.set(row.user_id, read(row)));
  }
  return groups;
}
