/** `0000000001.log`: names sort by sequence number. */
export function segmentName(seq: number): string {
  return `${String(seq).padStart(10, '0')}.log`;
}

/** Null when the name is not that of a segment. */
export function seqOfName(name: string): number | null {
  const digits = /^(\d{10})\.log$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Where a torn tail that began at `offset` is kept. */
export function brokenName(seq: number, offset: number): string {
  return `${segmentName(seq)}.${offset}${BROKEN_SUFFIX}`;
}

export const BROKEN_SUFFIX = '.broken';
/** Files in the making: worth nothing after a crash. */
export const TEMPORARY_SUFFIX = '.tmp';
