import { maxOutageSeconds, maxPolicyHolidays, maxPolicyRules } from '../limits.ts';
import type { OutageRules } from '../outage-rules.ts';
import { type FieldError, Refusal } from '../refusal.ts';

const maxOffsetMinutes = 14 * 60;

/** Refuses with `invalid_value` and one error per field that is at fault. */
export function requireSoundRules(policy: OutageRules): void {
  const errors = [...ruleErrors(policy), ...calendarErrors(policy)];
  const [first] = errors;
  if (first !== undefined) throw new Refusal('invalid_value', first.detail, { errors });
}

function ruleErrors({ rules }: OutageRules): FieldError[] {
  if (rules.length === 0 || rules.length > maxPolicyRules) {
    return [fault('/rules', 'out_of_range', `A policy has 1 to ${maxPolicyRules} rules.`)];
  }
  const limit = `must be an integer from 0 to ${maxOutageSeconds} seconds.`;
  return rules.flatMap((rule, n) =>
    (['min_outage_seconds', 'covers_due_after_seconds', 'extend_by_seconds'] as const)
      .filter((field) => !isBetween(rule[field], 0, maxOutageSeconds))
      .map((field) => fault(`/rules/${n}/${field}`, 'out_of_range', `${field} ${limit}`)),
  );
}

function calendarErrors({ utc_offset_minutes: offset, holidays }: OutageRules): FieldError[] {
  const errors: FieldError[] = [];
  if (!isBetween(offset, -maxOffsetMinutes, maxOffsetMinutes)) {
    const detail = `utc_offset_minutes must be from -${maxOffsetMinutes} to ${maxOffsetMinutes}.`;
    errors.push(fault('/utc_offset_minutes', 'out_of_range', detail));
  }
  if (holidays.length > maxPolicyHolidays) {
    const detail = `A policy has at most ${maxPolicyHolidays} holidays.`;
    errors.push(fault('/holidays', 'out_of_range', detail));
  }
  return errors;
}

function isBetween(value: number, low: number, high: number): boolean {
  return Number.isSafeInteger(value) && value >= low && value <= high;
}

function fault(pointer: string, code: string, detail: string): FieldError {
  return { pointer, code, detail };
}
