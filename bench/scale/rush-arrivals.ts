const bursts = 3;
/** A burst has this many times the average rate, for this part of the whole time. */
const burstFactor = 10;
const burstShare = 1 / 120;
const burstsBegin = [0.25, 0.6, 0.925];

/**
 * When `count` writes are sent within `ms`, in order: a quarter of them in bursts of ten times the average
 * rate, the last one towards the end, the others evenly between.
 */
export function arrivals(count: number, ms: number): number[] {
  const perBurst = Math.floor(count * burstFactor * burstShare);
  const times: number[] = [];
  for (const begin of burstsBegin) {
    for (let n = 0; n < perBurst; n += 1) {
      times.push(ms * (begin + (burstShare * n) / perBurst));
    }
  }
  const even = count - bursts * perBurst;
  for (let n = 0; n < even; n += 1) times.push((ms * n) / even);
  return times.sort((a, b) => a - b);
}
