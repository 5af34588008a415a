import { Packr, RESERVE_START_SPACE } from 'msgpackr';
import { Refused } from './refusals.ts';

/** Small messages share a slab of this size; see `encodeAfter`. */
const SLAB_BYTES = 64 * 1024;

const packr = new Packr({ useRecords: false, int64AsType: 'number' });
packr.useBuffer(Buffer.allocUnsafeSlow(SLAB_BYTES));

/** A plain MessagePack map with `reserved` (< 256) unwritten bytes before it, in one pass. */
export function encodeAfter(reserved: number, body: object): Buffer {
  const bytes = packr.pack(body, RESERVE_START_SPACE + reserved);
  // A large message made the slab grow; a heartbeat waiting in a queue must not pin megabytes.
  if (bytes.buffer.byteLength > SLAB_BYTES) packr.useBuffer(Buffer.allocUnsafeSlow(SLAB_BYTES));
  return bytes;
}

export function encode(body: object): Buffer {
  return encodeAfter(0, body);
}

/**
 * The one map in `bytes`; its binary values are views of them, not copies.
 * Throws `Refused` 'malformed', whatever the bytes are.
 */
export function decode(bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = packr.unpack(bytes);
  } catch (error) {
    throw new Refused('malformed', `not MessagePack: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refused('malformed', 'a message must be one MessagePack map');
  }
  return value as Record<string, unknown>;
}
