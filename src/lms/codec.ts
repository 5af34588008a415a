import { Unpackr } from 'msgpackr';
import type { Command } from './command.ts';

/**
 * A command in the log: 8 bytes for the leader's time stamp (ms, big endian; zero until it is
 * stamped) and the command as JSON, which the engine reads three times as fast as MessagePack. The stamp
 * stands outside so that the leader can set it without writing the command again.
 */
export const STAMP_BYTES = 8;

const NO_STAMP = '\0'.repeat(STAMP_BYTES);
const brace = '{'.charCodeAt(0);

/** Commands were MessagePack maps once, and logs keep them: no such map begins with a brace. */
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });

export function encodeCommand(command: Command<object>): Uint8Array {
  return Buffer.from(NO_STAMP + JSON.stringify(command));
}

/** Sets the leader's time, in place. */
export function stampCommand(bytes: Uint8Array, now: number): void {
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).setBigUint64(0, BigInt(now));
}

export function decodeCommand(bytes: Uint8Array): { stamp: number; command: Command<object> } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const command = (
    buffer[STAMP_BYTES] === brace
      ? JSON.parse(buffer.toString('utf8', STAMP_BYTES))
      : unpackr.unpack(buffer.subarray(STAMP_BYTES))
  ) as Command<object>;
  return { stamp: buffer.readUInt32BE(0) * 2 ** 32 + buffer.readUInt32BE(4), command };
}
