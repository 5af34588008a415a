import { isDeepStrictEqual } from 'node:util';
import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { adjustmentPlan } from '../queries/adjustment-plan.ts';
import { stepsOf, type TargetStep } from '../queries/deadline-adjustments.ts';
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
    const moved = targets.filter((target) => store(tx, target, stepsOf(target, incidents)));
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

interface StoredStep {
  readonly incident_id: string;
  readonly due_before: number | null;
  readonly due_at: number | null;
  readonly lock_before: number | null;
  readonly lock_at: number | null;
  readonly allow_resubmit: 0 | 1;
}

/** Replaces what incidents make of the target; `false` when that is what is stored already. */
function store(tx: Tx, target: DeadlineTarget, steps: readonly TargetStep[]): boolean {
  const { assignment_id, user_id } = target;
  const before = tx.all<StoredStep>(
    `SELECT incident_id, due_before, due_at, lock_before, lock_at, allow_resubmit
       FROM deadline_adjustments WHERE assignment_id = ? AND user_id IS ? ORDER BY sequence`,
    assignment_id,
    user_id,
  );
  const after = steps.map(toStored);
  // Rows of SQLite have no prototype.
  if (
    isDeepStrictEqual(
      before.map((row) => ({ ...row })),
      after,
    )
  )
    return false;
  tx.run(
    'DELETE FROM deadline_adjustments WHERE assignment_id = ? AND user_id IS ?',
    assignment_id,
    user_id,
  );
  for (const step of after) {
    tx.run(
      `INSERT INTO deadline_adjustments (incident_id, assignment_id, user_id, due_before, due_at,
         lock_before, lock_at, allow_resubmit, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      step.incident_id,
      assignment_id,
      user_id,
      step.due_before,
      step.due_at,
      step.lock_before,
      step.lock_at,
      step.allow_resubmit,
      tx.committedAt,
    );
  }
  return true;
}

function toStored({ incident_id, before, after, allow_resubmit }: TargetStep): StoredStep {
  return {
    incident_id,
    due_before: before.due_at,
    due_at: after.due_at,
    lock_before: before.lock_at,
    lock_at: after.lock_at,
    allow_resubmit: allow_resubmit ? 1 : 0,
  };
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
