import type { HeldReason, ImportThresholds } from '../queries/imports.ts';

export const DEFAULT_THRESHOLDS: ImportThresholds = {
  max_removed_percent: 10,
  max_removed: 500,
  max_removed_percent_per_course: 25,
  max_removed_per_course: 50,
};

export interface Removals {
  removes: number;
  present: number;
}

/**
 * Why an import is held; `null`: it is not. One removal alone never holds: somebody leaves a course of
 * three every day.
 */
export function heldReason(
  scope: 'file' | 'course',
  name: string,
  { removes, present }: Removals,
  thresholds: ImportThresholds,
): HeldReason | null {
  const ofFile = scope === 'file';
  const percent = ofFile
    ? thresholds.max_removed_percent
    : thresholds.max_removed_percent_per_course;
  const most = ofFile ? thresholds.max_removed : thresholds.max_removed_per_course;
  const tooMany = removes > most;
  const tooLarge = removes > 1 && removes * 100 > percent * present;
  if (!tooMany && !tooLarge) return null;
  const limit = tooMany ? `${most}` : `${percent} %`;
  return {
    scope,
    name,
    removes,
    present,
    detail: `${removes} of ${present} would be removed; the threshold per ${scope} is ${limit}.`,
  };
}
