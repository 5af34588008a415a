import type { EffectiveDates } from './effective-dates.ts';
import { clockToleranceMs } from './limits.ts';

export interface CountedTime {
  /** Ms since the epoch: the time that counts for opening, closing and lateness. */
  readonly counted_at: number;
  /** The clock of the node that took the request was off by more than the tolerance. */
  readonly clock_suspect: boolean;
}

/**
 * Time counts where the request arrived, so that an election across the due instant makes nobody
 * late; but only within the tolerance of the log's own time, so that one node's wrong clock cannot
 * turn late into early.
 */
export function countedTime(receivedAt: number, committedAt: number): CountedTime {
  const clockSuspect = Math.abs(receivedAt - committedAt) > clockToleranceMs;
  return { counted_at: clockSuspect ? committedAt : receivedAt, clock_suspect: clockSuspect };
}

/**
 * `max(0, counted − due − grace)` in ms; 0 without a due date. Computed on reading, not stored: when
 * the due date moves, who is late moves with it.
 */
export function lateMs(
  countedAt: number,
  { due_at, grace_seconds }: Pick<EffectiveDates, 'due_at' | 'grace_seconds'>,
): number {
  if (due_at === null) return 0;
  return Math.max(0, countedAt - due_at - grace_seconds * 1000);
}
