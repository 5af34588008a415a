import { maxAdjustedDeadlines, maxOutageSeconds } from '../limits.ts';
import { coveredUntil } from '../outage-rules.ts';
import { requireOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import type { Actor } from '../tx.ts';
import { type Adjustment, showStep, stepsOf } from './deadline-adjustments.ts';
import {
  type AppliedInCourse,
  appliedIncidents,
  type DeadlineTarget,
  targetsIn,
  targetsOf,
} from './deadline-targets.ts';
import { type Incident, type IncidentRow, requireIncident, showIncident } from './incidents.ts';
import { type OutagePolicyRow, outagePolicyRow, rulesOf } from './outage-policies.ts';

/** What a policy would make of the deadlines that an incident touched. */
export interface AdjustmentPlan {
  readonly incident: IncidentRow;
  readonly policy: OutagePolicyRow;
  /** Everything in force, as if the policy were already. */
  readonly incidents: readonly AppliedInCourse[];
  readonly targets: readonly DeadlineTarget[];
}

export interface AdjustmentPreview {
  readonly incident: Incident;
  readonly adjustment_count: number;
  /** The first of them. */
  readonly items: Adjustment[];
}

/** Refuses while the incident goes on, and when it touched more than one command may change. */
export function adjustmentPlan(
  reader: Reader,
  incidentId: string,
  policyId: string,
): AdjustmentPlan {
  const incident = requireIncident(reader, incidentId);
  const policy = requireNamedPolicy(reader, policyId);
  const window = endedWindow(incident);
  const incidents = withPolicy(reader, { ...window, course_id: incident.course_id }, policy);
  const own = incidents.filter(({ incident_id }) => incident_id === incident.id);
  const to = Math.max(...own.map((one) => coveredUntil(one, one.policies)));
  const found = targetsIn(reader, {
    from: incident.started_at,
    to,
    course_id: incident.course_id,
  });
  const targets = distinct([...found, ...targetsOf(reader, incident.id)]);
  if (targets.length > maxAdjustedDeadlines) {
    throw new Refusal(
      'conflict',
      `The incident touches ${targets.length} deadlines, more than ${maxAdjustedDeadlines} at once. Declare it for single courses.`,
    );
  }
  return { incident, policy, incidents, targets };
}

/** What applying the policy would show, without writing anything. @param limit of the items */
export function previewAdjustments(
  reader: Reader,
  actor: Actor,
  incidentId: string,
  policyId: string,
  limit: number,
): AdjustmentPreview {
  requireOnSite(actor, 'incident.manage');
  const plan = adjustmentPlan(reader, incidentId, policyId);
  const steps = plan.targets
    .flatMap((target) => stepsOf(target, plan.incidents))
    .filter((step) => step.incident_id === plan.incident.id);
  return {
    incident: showIncident(reader, plan.incident),
    adjustment_count: steps.length,
    items: steps.slice(0, limit).map((step) => showStep(reader, step)),
  };
}

function requireNamedPolicy(reader: Reader, policyId: string): OutagePolicyRow {
  const policy = outagePolicyRow(reader, policyId);
  if (policy !== null) return policy;
  const detail = 'There is no such outage policy.';
  throw new Refusal('invalid_value', detail, {
    errors: [{ pointer: '/policy_id', code: 'not_found', detail }],
  });
}

function endedWindow({ id, started_at, ended_at }: IncidentRow) {
  if (ended_at === null) {
    throw new Refusal('conflict', 'The incident goes on. Set ended_at when it is over.');
  }
  // A detected one is as long as it was.
  const longest = started_at + maxOutageSeconds * 1000;
  return { incident_id: id, started_at, ended_at: Math.min(ended_at, longest) };
}

/** Everything in force, and this policy for this incident: once, and as it is now. */
function withPolicy(
  reader: Reader,
  incident: Omit<AppliedInCourse, 'policies'>,
  policy: OutagePolicyRow,
): AppliedInCourse[] {
  const all = appliedIncidents(reader, { incident_id: incident.incident_id, policy_id: policy.id });
  const others = all.filter(({ incident_id }) => incident_id !== incident.incident_id);
  const own = all.find(({ incident_id }) => incident_id === incident.incident_id);
  return [...others, { ...incident, policies: [...(own?.policies ?? []), rulesOf(policy)] }];
}

function distinct(targets: readonly DeadlineTarget[]): DeadlineTarget[] {
  const byKey = new Map(
    targets.map((target) => [`${target.assignment_id} ${target.user_id ?? ''}`, target]),
  );
  return [...byKey.values()];
}
