import type { Deadlines } from './effective-dates.ts';

/** One sentence of an outage policy. */
export interface OutageRule {
  /** It speaks of outages that lasted at least so long. */
  readonly min_outage_seconds: number;
  /** Deadlines from the beginning of the outage until so long after its end are covered. */
  readonly covers_due_after_seconds: number;
  /** Also those until the end of the day on which the outage ended. */
  readonly covers_rest_of_day: boolean;
  readonly extend_by_seconds: number;
  /** What the extension is counted from: the deadline itself, or the end of the outage. */
  readonly extend_from: 'original' | 'restoration';
  /** A new deadline on a Saturday, Sunday or holiday moves to the same time of the next other day. */
  readonly business_days: boolean;
  /** Who has handed in already may hand in again. */
  readonly allow_resubmit: boolean;
}

export interface OutageRules {
  readonly rules: readonly OutageRule[];
  /**
   * Where its days begin. A fixed offset: the rules of summer time come with the runtime, and two
   * nodes could have different ones.
   */
  readonly utc_offset_minutes: number;
  /** `YYYY-MM-DD` */
  readonly holidays: readonly string[];
}

/** Ms since the epoch. */
export interface OutageWindow {
  readonly started_at: number;
  readonly ended_at: number;
}

/** An incident with every policy that is in force for it. */
export interface AppliedIncident extends OutageWindow {
  readonly incident_id: string;
  readonly policies: readonly OutageRules[];
}

/** What one incident makes of deadlines, after those before it. */
export interface DeadlineStep {
  readonly incident_id: string;
  readonly before: Deadlines;
  readonly after: Deadlines;
  readonly allow_resubmit: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;
/** 1970-01-01 was a Thursday; Sunday is 0. */
const firstWeekday = 4;

/** The last instant of deadlines that any of the rules covers. */
export function coveredUntil(outage: OutageWindow, policies: readonly OutageRules[]): number {
  const ends = policies.flatMap((policy) =>
    policy.rules.map((rule) => coverEnd(rule, policy, outage)),
  );
  return Math.max(outage.ended_at, ...ends);
}

/**
 * What incidents make of deadlines, one step for each that changes something. In the order in which
 * they happened, whatever the order in which they were applied: a deadline that the first one moved
 * into the second is moved again.
 */
export function deadlineSteps(
  deadlines: Deadlines,
  incidents: readonly AppliedIncident[],
): DeadlineStep[] {
  const steps: DeadlineStep[] = [];
  let before = deadlines;
  for (const incident of [...incidents].sort(inOrder)) {
    const step = stepOf(before, incident);
    if (step.after.due_at === before.due_at && step.after.lock_at === before.lock_at) continue;
    steps.push(step);
    before = step.after;
  }
  return steps;
}

function inOrder(a: AppliedIncident, b: AppliedIncident): number {
  return a.started_at - b.started_at || (a.incident_id < b.incident_id ? -1 : 1);
}

/** The time between due and lock stays: who may hand in late may do so after the new date, too. */
function stepOf(before: Deadlines, incident: AppliedIncident): DeadlineStep {
  const due = extended(before.due_at, incident);
  const lock = extended(before.lock_at, incident);
  const moved = before.due_at === null || due.at === null ? 0 : due.at - before.due_at;
  const lock_at = lock.at === null ? null : Math.max(lock.at, (before.lock_at ?? 0) + moved);
  return {
    incident_id: incident.incident_id,
    before,
    after: { due_at: due.at, lock_at },
    allow_resubmit: due.allow_resubmit,
  };
}

/** The latest deadline that any rule gives, never earlier than it was. */
function extended(
  deadline: number | null,
  outage: AppliedIncident,
): { readonly at: number | null; readonly allow_resubmit: boolean } {
  if (deadline === null) return { at: null, allow_resubmit: false };
  let at = deadline;
  let allow_resubmit = false;
  for (const policy of outage.policies) {
    for (const rule of policy.rules) {
      if (!covers(rule, policy, outage, deadline)) continue;
      at = Math.max(at, newDeadline(rule, policy, outage, deadline));
      allow_resubmit ||= rule.allow_resubmit;
    }
  }
  return { at, allow_resubmit };
}

function covers(
  rule: OutageRule,
  policy: OutageRules,
  outage: OutageWindow,
  deadline: number,
): boolean {
  const lasted = outage.ended_at - outage.started_at;
  return (
    lasted >= rule.min_outage_seconds * 1000 &&
    deadline >= outage.started_at &&
    deadline <= coverEnd(rule, policy, outage)
  );
}

function coverEnd(rule: OutageRule, policy: OutageRules, { ended_at }: OutageWindow): number {
  const after = ended_at + rule.covers_due_after_seconds * 1000;
  if (!rule.covers_rest_of_day) return after;
  return Math.max(after, (dayOf(ended_at, policy) + 1) * dayMs - offsetMs(policy) - 1);
}

function newDeadline(
  rule: OutageRule,
  policy: OutageRules,
  outage: OutageWindow,
  deadline: number,
): number {
  const from = rule.extend_from === 'original' ? deadline : outage.ended_at;
  const at = from + rule.extend_by_seconds * 1000;
  return rule.business_days ? onBusinessDay(at, policy) : at;
}

function onBusinessDay(at: number, policy: OutageRules): number {
  let moved = at;
  while (isDayOff(dayOf(moved, policy), policy)) moved += dayMs;
  return moved;
}

function isDayOff(day: number, { holidays }: OutageRules): boolean {
  const weekday = (((day + firstWeekday) % 7) + 7) % 7;
  if (weekday === 0 || weekday === 6) return true;
  return holidays.includes(new Date(day * dayMs).toISOString().slice(0, 10));
}

/** Days since 1970-01-01, where the policy is written. */
function dayOf(at: number, policy: OutageRules): number {
  return Math.floor((at + offsetMs(policy)) / dayMs);
}

function offsetMs(policy: OutageRules): number {
  return policy.utc_offset_minutes * 60_000;
}
