/** A day of UTC. */
export const dayMs = 86_400_000;

/** Ms since the epoch as the API shows it: RFC 3339, UTC, with milliseconds. */
export function toRfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

export function toRfc3339OrNull(ms: number | null): string | null {
  return ms === null ? null : toRfc3339(ms);
}
