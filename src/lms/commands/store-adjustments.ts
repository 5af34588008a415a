import { isDeepStrictEqual } from 'node:util';
import type { TargetStep } from '../queries/deadline-adjustments.ts';
import type { DeadlineTarget } from '../queries/deadline-targets.ts';
import type { Tx } from '../tx.ts';

interface StoredStep {
  readonly incident_id: string;
  readonly due_before: number | null;
  readonly due_at: number | null;
  readonly lock_before: number | null;
  readonly lock_at: number | null;
  readonly allow_resubmit: 0 | 1;
}

/** Replaces what incidents make of the target; `false` when that is what is stored already. */
export function storeAdjustments(
  tx: Tx,
  target: DeadlineTarget,
  steps: readonly TargetStep[],
): boolean {
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
