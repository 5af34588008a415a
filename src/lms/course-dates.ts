import {
  type EffectiveDates,
  type OverrideTerms,
  withAdjustment,
  withOverride,
} from './effective-dates.ts';
import type { Reader } from './reader.ts';

/** What lateness depends on. */
export type DueDates = Pick<EffectiveDates, 'due_at' | 'grace_seconds'>;

const NOT_MOVED = { due_at: null, lock_at: null };

/**
 * `effectiveDates` for all assignments and students of a course, as far as lateness is concerned: the
 * exceptions are read once, so that a table of a million cells asks the database nothing more.
 */
export function dueDatesInCourse(
  reader: Reader,
  courseId: string,
): (assignment: EffectiveDates & { readonly id: string }, userId: string) => DueDates {
  const overrides = overridesOf(reader, courseId);
  const adjustments = adjustmentsOf(reader, courseId);
  return (assignment, userId) => {
    const override = overrides.get(key(assignment.id, userId)) ?? null;
    const hasOwn = override?.due_at !== undefined || override?.lock_at !== undefined;
    const moved = adjustments.get(key(assignment.id, hasOwn ? userId : null));
    if (override === null && moved === undefined) return assignment;
    return withAdjustment(withOverride(assignment, override), moved ?? NOT_MOVED);
  };
}

function overridesOf(reader: Reader, courseId: string): Map<string, OverrideTerms> {
  const rows = reader.all<{ assignment_id: string; user_id: string; terms: string }>(
    `SELECT o.assignment_id, o.user_id, o.terms
       FROM assignments a JOIN assignment_overrides o ON o.assignment_id = a.id
      WHERE a.course_id = ? AND a.deleted_at IS NULL`,
    courseId,
  );
  return new Map(
    rows.map(({ assignment_id, user_id, terms }) => [
      key(assignment_id, user_id),
      JSON.parse(terms) as OverrideTerms,
    ]),
  );
}

function adjustmentsOf(reader: Reader, courseId: string) {
  const rows = reader.all<{
    assignment_id: string;
    user_id: string | null;
    due_at: number | null;
    lock_at: number | null;
  }>(
    `SELECT d.assignment_id, d.user_id, max(d.due_at) AS due_at, max(d.lock_at) AS lock_at
       FROM assignments a JOIN deadline_adjustments d ON d.assignment_id = a.id
      WHERE a.course_id = ? AND a.deleted_at IS NULL
      GROUP BY d.assignment_id, d.user_id`,
    courseId,
  );
  return new Map(rows.map((row) => [key(row.assignment_id, row.user_id), row]));
}

function key(assignmentId: string, userId: string | null): string {
  return `${assignmentId} ${userId ?? ''}`;
}
