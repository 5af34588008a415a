/** A day of UTC. */
export const dayMs = 86_400_000;

/** Ms since the epoch as the API shows it: RFC 3339, UTC, with milliseconds. */
export function toRfc3339(ms: number): string {
  // A resource has several times of one moment, and a batch has few moments.
  if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() };
  return last.text;
}

let last = { ms: 0, text: new Date(0).toISOString() };

export function toRfc3339OrNull(ms: number | null): string | null {
  return ms === null ? null : toRfc3339(ms);
}
