import type { Reader } from './reader.ts';

/** What incidents moved: absolute times in ms, `null` where they move nothing. */
export interface DeadlineAdjustment {
  readonly due_at: number | null;
  readonly lock_at: number | null;
  /** Who has handed in already may hand in again. */
  readonly allow_resubmit: boolean;
}

interface Row {
  readonly due_at: number | null;
  readonly lock_at: number | null;
  readonly allow_resubmit: 0 | 1 | null;
}

/**
 * What all incidents together made of the deadlines of an assignment. Each was computed from what the
 * ones before it made of them, so the latest is what holds.
 *
 * @param userId the student, where they have dates of their own; `null`: the dates of the assignment
 */
export function adjustmentOf(
  reader: Reader,
  assignmentId: string,
  userId: string | null,
): DeadlineAdjustment {
  const row = reader.remember(['adjustment', assignmentId, userId ?? ''], () =>
    reader.get<Row>(
      `SELECT max(due_at) AS due_at, max(lock_at) AS lock_at, max(allow_resubmit) AS allow_resubmit
         FROM deadline_adjustments WHERE assignment_id = ? AND user_id IS ?`,
      assignmentId,
      userId,
    ),
  );
  return {
    due_at: row?.due_at ?? null,
    lock_at: row?.lock_at ?? null,
    allow_resubmit: row?.allow_resubmit === 1,
  };
}
