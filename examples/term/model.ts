/**
 * What the gradebook ought to be, worked out apart from the server and by other means: whole numbers
 * of thousandths, and one division at the end.
 */

export interface ModelAssignment {
  readonly points_possible: number;
  readonly weight: number;
  /** Ms since the epoch. */
  readonly due_at: number;
  readonly late_policy: {
    /** Whole percents. */
    readonly rate_percent: number;
    readonly interval_seconds: number;
    readonly cap_percent: number;
  };
}

export interface ModelWork {
  /** When the judged attempt counts as handed in, by its receipt; `null`: nothing was handed in. */
  readonly counted_at: number | null;
  /** The due date that holds for this student, where it is not that of the assignment. */
  readonly own_due_at?: number;
  /** As entered; `null`: not graded. */
  readonly points: number | null;
  readonly attempts: number;
}

export interface ModelCell {
  readonly attempt_count: number;
  readonly late_ms: number;
  readonly points: number | null;
  readonly final_points: number | null;
}

export interface ModelTotals {
  readonly current_percent: number | null;
  readonly final_percent: number | null;
}

/** `null`: an empty cell. */
export function modelCell(assignment: ModelAssignment, work: ModelWork): ModelCell | null {
  if (work.counted_at === null && work.points === null) return null;
  const due = work.own_due_at ?? assignment.due_at;
  const late_ms = work.counted_at === null ? 0 : Math.max(0, work.counted_at - due);
  const { rate_percent, interval_seconds, cap_percent } = assignment.late_policy;
  let percent = 0;
  for (let begun = 0; begun < late_ms && percent < cap_percent; begun += interval_seconds * 1000) {
    percent = Math.min(cap_percent, percent + rate_percent);
  }
  const lost = (assignment.points_possible * percent) / 100;
  const final_points = work.points === null ? null : Math.max(0, rounded(work.points - lost, 1000));
  return { attempt_count: work.attempts, late_ms, points: work.points, final_points };
}

/** @param points that count, in the order of `assignments` */
export function modelTotals(
  assignments: readonly ModelAssignment[],
  points: readonly (number | null)[],
): ModelTotals {
  // Over the product of all points possible, everything is a whole number of thousandths.
  const all = assignments.reduce((product, { points_possible }) => product * points_possible, 1);
  let sum = 0;
  let graded = 0;
  let weights = 0;
  assignments.forEach(({ points_possible, weight }, n) => {
    weights += weight;
    const given = points[n] ?? null;
    if (given === null) return;
    graded += weight;
    sum += Math.round(given * 1000) * weight * (all / points_possible);
  });
  const percentOf = (weight: number) =>
    weight === 0 ? null : rounded((sum * 100) / (all * 1000 * weight), 100);
  return { current_percent: percentOf(graded), final_percent: percentOf(weights) };
}

/** Half up. */
function rounded(value: number, parts: number): number {
  return Math.floor(value * parts + 0.5 + 1e-9) / parts;
}
