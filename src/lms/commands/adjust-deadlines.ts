import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { adjustmentPlan } from '../queries/adjustment-plan.ts';
import { stepsOf } from '../queries/deadline-adjustments.ts';
import {
  type AppliedInCourse,
  appliedIncidents,
  type DeadlineTarget,
  targetsOf,
} from '../queries/deadline-targets.ts';
import {
  type Incident,
  type IncidentRow,
  requireIncident,
  showIncident,
} from '../queries/incidents.ts';
import { rulesOf } from '../queries/outage-policies.ts';
import type { Tx } from '../tx.ts';
import { storeAdjustments } from './store-adjustments.ts';

export type AdjustDeadlines =
  | { readonly incident_id: string; readonly action: 'apply'; readonly policy_id: string }
  | {
      readonly incident_id: string;
      readonly action: 'revert';
      /** `null`: all that are in force. */
      readonly policy_id: string | null;
    };

export interface DeadlinesAdjusted {
  readonly incident: Incident;
  /** Deadlines that are now moved by this incident. */
  readonly adjustment_count: number;
}

/**
 * Which policies are in force is a set, and the adjustments follow from it: to apply twice is to
 * apply once, in any order, and reverting restores.
 */
export const adjustDeadlines = defineCommand<AdjustDeadlines, DeadlinesAdjusted>({
  kind: 'ADJUST_DEADLINES',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'incident.manage');
    const row = requireIncident(tx, command.incident_id);
    const { targets, incidents, isChanged } =
      command.action === 'apply' ? putInForce(tx, command) : takeBack(tx, command);
    const moved = targets.filter((target) =>
      storeAdjustments(tx, target, stepsOf(target, incidents)),
    );
    announce(tx, row, moved);
    if (isChanged || moved.length > 0) touch(tx, row);
    tx.target(row.id);
    const count = tx.get<{ count: number }>(
      'SELECT count(*) AS count FROM deadline_adjustments WHERE incident_id = ?',
      row.id,
    );
    return {
      incident: showIncident(tx, requireIncident(tx, row.id)),
      adjustment_count: count?.count ?? 0,
    };
  },
});

interface Change {
  readonly targets: readonly DeadlineTarget[];
  readonly incidents: readonly AppliedInCourse[];
  readonly isChanged: boolean;
}

function putInForce(tx: Tx, command: AdjustDeadlines & { readonly action: 'apply' }): Change {
  const plan = adjustmentPlan(tx, command.incident_id, command.policy_id);
  const changed = tx.run(
    `INSERT INTO incident_applications (incident_id, policy_id, policy, applied_by, applied_at)
     VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (incident_id, policy_id) DO UPDATE SET policy = excluded.policy,
       applied_by = excluded.applied_by, applied_at = excluded.applied_at
       WHERE policy <> excluded.policy`,
    plan.incident.id,
    plan.policy.id,
    JSON.stringify(rulesOf(plan.policy)),
    tx.actor.id,
    tx.committedAt,
  );
  return { targets: plan.targets, incidents: plan.incidents, isChanged: changed > 0 };
}

function takeBack(tx: Tx, { incident_id, policy_id }: AdjustDeadlines): Change {
  const targets = targetsOf(tx, incident_id);
  const changed = tx.run(
    `DELETE FROM incident_applications
      WHERE incident_id = ?1 AND (?2 IS NULL OR policy_id = ?2)`,
    incident_id,
    policy_id,
  );
  return { targets, incidents: appliedIncidents(tx), isChanged: changed > 0 };
}

/** One event per course, and one per student whose own dates moved. */
function announce(tx: Tx, { id }: IncidentRow, moved: readonly DeadlineTarget[]): void {
  const told = new Set<string>();
  for (const { course_id, user_id } of moved) {
    const key = `${course_id} ${user_id ?? ''}`;
    if (told.has(key)) continue;
    told.add(key);
    tx.emit({ type: 'deadlines.adjusted', course_id, user_id, data: { incident_id: id } });
  }
}

function touch(tx: Tx, { id }: IncidentRow): void {
  tx.run(
    'UPDATE incidents SET version = version + 1, updated_at = ? WHERE id = ?',
    tx.committedAt,
    id,
  );
}
