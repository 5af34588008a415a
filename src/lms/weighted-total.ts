/** What the weighted total needs of an assignment: both in thousandths. */
export interface Weighted {
  readonly points_possible: number;
  readonly weight: number;
}

/** Hundredths of a percent; `null` while nothing counts. */
export interface Totals {
  /** Of what has points: what it would be if nothing else came. */
  readonly current_percent: number | null;
  /** As if all that has no points yet brought none. */
  readonly final_percent: number | null;
}

const WHOLE = 10_000n;

/**
 * The weighted total of a student: `Σ weight × points / possible` over `Σ weight`, exact (fractions
 * over the least common multiple of all `points_possible`) and rounded half up once, at the end.
 * Assignments without weight or without points to get do not count. More than 100 % is possible.
 *
 * @returns a function of the milli-points that count, `null` where there are none, in the order of
 *   `assignments`
 */
export function weightedTotals(
  assignments: readonly Weighted[],
): (points: readonly (number | null)[]) => Totals {
  const counted = assignments.flatMap(({ points_possible, weight }, n) =>
    points_possible > 0 && weight > 0 ? [{ n, possible: BigInt(points_possible), weight }] : [],
  );
  const common = counted.reduce((all, { possible }) => leastCommonMultiple(all, possible), 1n);
  const parts = counted.map(({ n, possible, weight }) => ({
    n,
    weight: BigInt(weight),
    factor: BigInt(weight) * (common / possible),
  }));
  const allWeight = parts.reduce((all, { weight }) => all + weight, 0n);
  return (points) => {
    let sum = 0n;
    let weights = 0n;
    for (const { n, weight, factor } of parts) {
      const given = points[n] ?? null;
      if (given === null) continue;
      sum += BigInt(given) * factor;
      weights += weight;
    }
    return {
      current_percent: percent(sum, common * weights),
      final_percent: percent(sum, common * allWeight),
    };
  };
}

function percent(part: bigint, whole: bigint): number | null {
  if (whole === 0n) return null;
  return Number((2n * part * WHOLE + whole) / (2n * whole));
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}
