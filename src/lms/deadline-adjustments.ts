import type { Reader } from './reader.ts';

/** Ms since the epoch; `null`: there is none. */
export interface Deadlines {
  readonly due_at: number | null;
  readonly lock_at: number | null;
}

export interface AdjustedDeadlines extends Deadlines {
  /** Who has handed in already gets one attempt more. */
  readonly allow_resubmit: boolean;
}

interface Row {
  readonly due_at: number | null;
  readonly lock_at: number | null;
  readonly allow_resubmit: 0 | 1 | null;
}

/**
 * What incidents make of the deadlines of an assignment: never earlier than they are, and what has no
 * deadline gets none.
 *
 * @param dates before incidents: those of the assignment, or the student's own
 * @param userId the student whom `dates` were set for; `null` for the dates of the assignment itself
 */
export function adjustDeadlines(
  reader: Reader,
  assignmentId: string,
  userId: string | null,
  dates: Deadlines,
): AdjustedDeadlines {
  const row = reader.get<Row>(
    `SELECT max(due_at) AS due_at, max(lock_at) AS lock_at, max(allow_resubmit) AS allow_resubmit
       FROM deadline_adjustments WHERE assignment_id = ? AND user_id IS ?`,
    assignmentId,
    userId,
  );
  return {
    due_at: later(dates.due_at, row?.due_at ?? null),
    lock_at: later(dates.lock_at, row?.lock_at ?? null),
    allow_resubmit: row?.allow_resubmit === 1,
  };
}

function later(deadline: number | null, adjusted: number | null): number | null {
  if (deadline === null || adjusted === null) return deadline;
  return Math.max(deadline, adjusted);
}
