/** What a list of points looks like, in their unit: milli-points, or hundredths of a percent. */
export interface PointFigures {
  readonly mean: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * How many have so many points: from the counts every figure follows exactly, in integers, without
 * looking at who has them.
 */
export class PointCounts {
  readonly #counts = new Map<number, number>();

  /** @param by may be negative: one that counts as something else now */
  add(points: number, by: number): void {
    this.#counts.set(points, (this.#counts.get(points) ?? 0) + by);
  }

  get total(): number {
    return this.#sorted().reduce((sum, [, count]) => sum + count, 0);
  }

  /** `null` when nobody has any. Mean and median are rounded half up. */
  get figures(): PointFigures | null {
    const sorted = this.#sorted();
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return null;
    const total = this.total;
    const sum = sorted.reduce((so_far, [points, count]) => so_far + points * count, 0);
    const middles = at(sorted, Math.floor((total - 1) / 2)) + at(sorted, Math.floor(total / 2));
    return {
      mean: Math.floor((2 * sum + total) / (2 * total)),
      median: Math.floor((middles + 1) / 2),
      min: first[0],
      max: last[0],
    };
  }

  /** Into so many equal parts of `possible`; the last one has who reached it, and who has more. */
  parts(possible: number, parts: number): number[] {
    const sizes = Array.from({ length: parts }, () => 0);
    for (const [points, count] of this.#sorted()) {
      const part = possible === 0 ? parts - 1 : Math.floor((points * parts) / possible);
      const place = Math.min(part, parts - 1);
      sizes[place] = (sizes[place] ?? 0) + count;
    }
    return sizes;
  }

  #sorted(): [points: number, count: number][] {
    return [...this.#counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  }
}

/** The points of the `place`-th, from 0. */
function at(sorted: readonly (readonly [number, number])[], place: number): number {
  let passed = 0;
  for (const [points, count] of sorted) {
    passed += count;
    if (place < passed) return points;
  }
  throw new Error('broken invariant: a place behind the last one');
}
