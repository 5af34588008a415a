/** Bytes `from` to `to`, both included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const ONE_RANGE = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/i;

/**
 * The one range that a `Range` header asks for (RFC 9110 §14.1.2); `null`: answer with the whole, as
 * for other units, nonsense and several ranges at once; `unsatisfiable`: none of it exists.
 */
export function byteRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | null {
  const found = ONE_RANGE.exec(header?.trim() ?? '');
  if (found === null) return null;
  const [, first, last, suffix] = found;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { from: sizeBytes - length, to: sizeBytes - 1 };
  }
  const from = Number(first);
  const to = Math.min(last === undefined ? sizeBytes - 1 : Number(last), sizeBytes - 1);
  // A last position before the first one makes the header invalid, so it is ignored.
  if (last !== undefined && Number(last) < from) return null;
  return from < sizeBytes ? { from, to } : 'unsatisfiable';
}

/** Whether one of the tags of `If-None-Match` is this one (weak comparison, RFC 9110 §13.1.2). */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((given) => given.trim().replace(/^W\//, '') === tag);
}
