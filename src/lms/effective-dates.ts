import { adjustmentOf } from './deadline-adjustments.ts';
import type { Reader } from './reader.ts';

/** Ms since the epoch; `null`: there is none. */
export interface Deadlines {
  readonly due_at: number | null;
  readonly lock_at: number | null;
}

/** When an assignment opens, is due and closes, and how often one may try; times in ms. */
export interface EffectiveDates extends Deadlines {
  readonly unlock_at: number | null;
  readonly grace_seconds: number;
  /** `null`: as many as one likes. */
  readonly max_attempts: number | null;
}

/** Members that are there replace those of the assignment; `null` is a value: no due date. */
export type OverrideTerms = Partial<EffectiveDates>;

/**
 * The dates that hold for one student, and the only place that says so: those of the assignment, or
 * of the student's override, then moved by incidents.
 */
export function effectiveDates(
  reader: Reader,
  assignmentId: string,
  assignment: EffectiveDates,
  userId: string,
): EffectiveDates {
  const override = hasOverrides(reader, assignmentId)
    ? overrideOf(reader, assignmentId, userId)
    : null;
  const hasOwn = override?.due_at !== undefined || override?.lock_at !== undefined;
  const adjustment = adjustmentOf(reader, assignmentId, hasOwn ? userId : null);
  const dates = notLockedBeforeDue(withAdjustment(withOverride(assignment, override), adjustment));
  return adjustment.allow_resubmit ? withResubmission(dates) : dates;
}

/** Only the members of `EffectiveDates`, whatever else the assignment has. */
export function withOverride(
  { unlock_at, due_at, lock_at, grace_seconds, max_attempts }: EffectiveDates,
  override: OverrideTerms | null,
): EffectiveDates {
  return { unlock_at, due_at, lock_at, grace_seconds, max_attempts, ...override };
}

/**
 * Never shortens: a time that an incident would move backwards, or that is not set, stays. So it does
 * not matter how often, and in which order, adjustments are applied.
 */
export function withAdjustment(dates: EffectiveDates, adjustment: Deadlines): EffectiveDates {
  return {
    ...dates,
    due_at: later(dates.due_at, adjustment.due_at),
    lock_at: later(dates.lock_at, adjustment.lock_at),
  };
}

/** A lock that was set after an extension or an incident does not take that back. */
function notLockedBeforeDue(dates: EffectiveDates): EffectiveDates {
  return { ...dates, lock_at: later(dates.lock_at, dates.due_at) };
}

/** One attempt more, for who had handed in before an incident. */
function withResubmission(dates: EffectiveDates): EffectiveDates {
  const { max_attempts } = dates;
  return { ...dates, max_attempts: max_attempts === null ? null : max_attempts + 1 };
}

function later(time: number | null, adjusted: number | null): number | null {
  return time === null || adjusted === null ? time : Math.max(time, adjusted);
}

/** Most assignments have none, and then nobody has to be looked for. */
function hasOverrides(reader: Reader, assignmentId: string): boolean {
  return reader.remember(
    ['overrides', assignmentId],
    () =>
      reader.get('SELECT 1 FROM assignment_overrides WHERE assignment_id = ?', assignmentId) !==
      undefined,
  );
}

function overrideOf(reader: Reader, assignmentId: string, userId: string): OverrideTerms | null {
  const row = reader.get<{ terms: string }>(
    'SELECT terms FROM assignment_overrides WHERE assignment_id = ? AND user_id = ?',
    assignmentId,
    userId,
  );
  return row === undefined ? null : (JSON.parse(row.terms) as OverrideTerms);
}
