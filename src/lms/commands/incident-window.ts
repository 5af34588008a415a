import { maxOutageSeconds } from '../limits.ts';
import { Refusal } from '../refusal.ts';

/** Ms since the epoch. */
export interface IncidentWindow {
  readonly started_at: number;
  /** `null`: it goes on. */
  readonly ended_at: number | null;
}

/** Refuses with `invalid_value` what cannot be a window. */
export function requireSoundWindow({ started_at, ended_at }: IncidentWindow): void {
  if (ended_at === null) return;
  const detail =
    ended_at <= started_at
      ? 'ended_at is not after started_at. Move one of them.'
      : ended_at - started_at > maxOutageSeconds * 1000
        ? `An incident lasts at most ${maxOutageSeconds} seconds. Declare several.`
        : null;
  if (detail === null) return;
  throw new Refusal('invalid_value', detail, {
    errors: [{ pointer: '/ended_at', code: 'out_of_range', detail }],
  });
}
