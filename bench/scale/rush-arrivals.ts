/** A burst has this many times the average rate, for this part of the whole time. */
const burstFactor = 10;
const burstShare = 1 / 120;

/**
 * When `count` writes are sent within `ms`, in order: a quarter of them in three bursts of ten times the
 * average rate, `around` in the middle of the last one, the others evenly between.
 */
export function arrivals(count: number, ms: number, around: number): number[] {
  const burstMs = ms * burstShare;
  const begins = [ms * 0.25, ms * 0.6, around - burstMs / 2];
  const perBurst = Math.floor(count * burstFactor * burstShare);
  const times: number[] = [];
  for (const begin of begins) {
    for (let n = 0; n < perBurst; n += 1) times.push(begin + (burstMs * n) / perBurst);
  }
  const even = count - begins.length * perBurst;
  for (let n = 0; n < even; n += 1) times.push((ms * n) / even);
  return times.sort((a, b) => a - b);
}
