import { Packr } from 'msgpackr';
import type { Command } from './command.ts';

/**
 * A command in the log: 8 bytes for the leader's time stamp (ms, big endian; zero until it is
 * stamped) and the command as a plain MessagePack map. The stamp stands outside the map so that the
 * leader can set it without packing the command again.
 */
export const STAMP_BYTES = 8;

const packr = new Packr({ useRecords: false, int64AsType: 'number' });

export function encodeCommand(command: Command<object>): Uint8Array {
  const body = packr.pack(command);
  const bytes = Buffer.allocUnsafe(STAMP_BYTES + body.length);
  for (let n = 0; n < STAMP_BYTES; n += 1) bytes[n] = 0;
  bytes.set(body, STAMP_BYTES);
  return bytes;
}

/** Sets the leader's time, in place. */
export function stampCommand(bytes: Uint8Array, now: number): void {
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).setBigUint64(0, BigInt(now));
}

export function decodeCommand(bytes: Uint8Array): { stamp: number; command: Command<object> } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    stamp: Number(view.getBigUint64(0)),
    command: packr.unpack(bytes.subarray(STAMP_BYTES)) as Command<object>,
  };
}
