/**
 * Points are JSON numbers with at most three decimals outside and integer milli-points inside: sums
 * are exact and every node stores the same bits.
 */
const MILLI = 1000;

/** Milli-points, or `null` when the number is not finite or finer than 0.001. */
export function toMilliPoints(points: number): number | null {
  const milli = Math.round(points * MILLI);
  if (!Number.isSafeInteger(milli) || milli / MILLI !== points) return null;
  return milli === 0 ? 0 : milli;
}

/** The number whose shortest decimal form is the exact value. */
export function fromMilliPoints(milli: number): number {
  return milli / MILLI;
}
