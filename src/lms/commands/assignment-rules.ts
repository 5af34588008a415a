import type { EffectiveDates } from '../effective-dates.ts';
import type { LatePolicy } from '../late-policy.ts';
import {
  maxGraceSeconds,
  maxLateIntervalSeconds,
  maxPercentHundredths,
  maxPointsMilli,
  maxTimeMs,
  maxWeightMilli,
} from '../limits.ts';
import { type FieldError, Refusal } from '../refusal.ts';
import { type Rubric, rubricErrors } from '../rubric.ts';

/** What an instructor sets; times in ms, `points_possible` and `weight` in thousandths. */
export interface AssignmentFields {
  readonly title: string;
  readonly body_md: string;
  readonly points_possible: number;
  readonly weight: number;
  readonly unlock_at: number | null;
  readonly due_at: number | null;
  readonly lock_at: number | null;
  readonly grace_seconds: number;
  /** `null`: as many as one likes. */
  readonly max_attempts: number | null;
  readonly topics: readonly string[];
  /** More than `points_possible` may be given; absent: no. */
  readonly extra_credit?: boolean;
  /** Absent or `null`: being late costs nothing. */
  readonly late_policy?: LatePolicy | null;
  readonly rubric?: Rubric | null;
}

/** Refuses with `invalid_value` and one error per field that is at fault. */
export function requireSoundAssignment(fields: AssignmentFields): void {
  refuse([
    ...outOfRange([
      ['points_possible', fields.points_possible, 0, maxPointsMilli],
      ['weight', fields.weight, 0, maxWeightMilli],
    ]),
    ...dateErrors(fields),
    ...policyErrors(fields.late_policy ?? null),
    ...(fields.rubric ? rubricErrors(fields.rubric) : []),
  ]);
}

/** The same for the dates that come out of an override. */
export function requireSoundDates(dates: EffectiveDates): void {
  refuse(dateErrors(dates));
}

function refuse(errors: readonly FieldError[]): void {
  const [first] = errors;
  if (first !== undefined) throw new Refusal('invalid_value', first.detail, { errors });
}

function dateErrors(dates: EffectiveDates): FieldError[] {
  const time = (value: number | null) => [value ?? 0, -maxTimeMs, maxTimeMs] as const;
  return [
    ...outOfRange([
      ['unlock_at', ...time(dates.unlock_at)],
      ['due_at', ...time(dates.due_at)],
      ['lock_at', ...time(dates.lock_at)],
      ['grace_seconds', dates.grace_seconds, 0, maxGraceSeconds],
      ['max_attempts', dates.max_attempts ?? 1, 1, Number.MAX_SAFE_INTEGER],
    ]),
    ...orderErrors(dates),
  ];
}

function policyErrors(policy: LatePolicy | null): FieldError[] {
  if (policy === null) return [];
  return outOfRange([
    ['late_policy/rate_percent', policy.rate_percent, 1, maxPercentHundredths],
    ['late_policy/interval_seconds', policy.interval_seconds, 1, maxLateIntervalSeconds],
    ['late_policy/cap_percent', policy.cap_percent, 0, maxPercentHundredths],
    ['late_policy/floor_percent', policy.floor_percent, 0, maxPercentHundredths],
  ]);
}

type Range = readonly [field: string, value: number, low: number, high: number];

function outOfRange(ranges: readonly Range[]): FieldError[] {
  return ranges
    .filter(
      ([, value, low, high]) => !(Number.isSafeInteger(value) && value >= low && value <= high),
    )
    .map(([field]) => ({
      pointer: `/${field}`,
      code: 'out_of_range',
      detail: `${field} is negative, too large or too fine; see the limits in the API documentation.`,
    }));
}

function orderErrors({ unlock_at, due_at, lock_at }: EffectiveDates): FieldError[] {
  const errors: FieldError[] = [];
  const order = (pointer: string, code: string, detail: string) =>
    errors.push({ pointer, code, detail });
  if (unlock_at !== null && due_at !== null && due_at < unlock_at) {
    order('/due_at', 'due_before_unlock', 'due_at is before unlock_at. Move one of them.');
  }
  if (due_at !== null && lock_at !== null && lock_at < due_at) {
    order('/lock_at', 'lock_before_due', 'lock_at is before due_at. Move one of them.');
  }
  if (unlock_at !== null && lock_at !== null && lock_at < unlock_at) {
    order('/lock_at', 'lock_before_unlock', 'lock_at is before unlock_at. Move one of them.');
  }
  return errors;
}
