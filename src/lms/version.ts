import { Refusal } from './refusal.ts';

/**
 * Refuses with `version_mismatch` (`extra.current_version`) when the request named a version
 * (If-Match) and the object has moved on: two writers never overwrite each other in silence.
 */
export function requireVersion(current: number, expected: number | undefined): void {
  if (expected === undefined || expected === current) return;
  throw new Refusal(
    'version_mismatch',
    `You changed version ${expected}, but the current one is ${current}. Read it again, then retry.`,
    { extra: { current_version: current } },
  );
}
