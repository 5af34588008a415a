const ZEROS = Buffer.alloc(64 * 1024);

/** Length of `bytes` without the zeros at its end, which are most of a segment: by blocks at first. */
export function lengthWithoutZeros(bytes: Buffer): number {
  let length = bytes.length;
  const endsWithBlock = () => bytes.subarray(length - ZEROS.length, length).equals(ZEROS);
  while (length >= ZEROS.length && endsWithBlock()) length -= ZEROS.length;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return length;
}
