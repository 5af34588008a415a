/** Percentages are JSON numbers with at most two decimals outside and integer hundredths inside. */
const HUNDREDTHS = 100;

/** Hundredths of a percent, or `null` when the number is not finite or finer than 0.01. */
export function toHundredths(percent: number): number | null {
  const hundredths = Math.round(percent * HUNDREDTHS);
  if (!Number.isSafeInteger(hundredths) || hundredths / HUNDREDTHS !== percent) return null;
  return hundredths === 0 ? 0 : hundredths;
}

export function fromHundredths(hundredths: number): number {
  return hundredths / HUNDREDTHS;
}

/** How much `part` is of `whole`, in percent, rounded half up at 0.01; `null` of nothing. */
export function percentOf(part: number, whole: number): number | null {
  if (whole === 0) return null;
  return fromHundredths(Math.floor((part * 20_000 + whole) / (2 * whole)));
}
