import { crc32 } from 'node:zlib';
import type { EntryType, LogEntry } from '../core/messages.ts';
import type { HardState } from '../ports.ts';
import {
  CRC_BYTES,
  RECORD_HEAD_BYTES,
  RECORD_TYPE,
  type RecordType,
  readUint53,
  recordBytes,
  writeUint53,
} from './format.ts';

/** What stands before the payload. `index` is 0 where a record has none. */
export interface RecordHead {
  readonly type: RecordType;
  readonly entry_type: EntryType | 0;
  readonly term: number;
  readonly index: number;
  readonly payloadBytes: number;
}

/** Writes the head; salt and CRC stay zero until `sealRecord`. The space must be zeroed. */
export function writeHead(bytes: Buffer, at: number, head: RecordHead): void {
  bytes.writeUInt32LE(head.payloadBytes, at);
  bytes[at + 8] = head.type;
  bytes[at + 9] = head.entry_type;
  writeUint53(bytes, at + 12, head.term);
  writeUint53(bytes, at + 20, head.index);
}

export function sizeOfRecord(bytes: Buffer, at: number): number {
  return recordBytes(bytes.readUInt32LE(at));
}

export function typeOfRecord(bytes: Buffer, at: number): number {
  return bytes[at + 8]!;
}

export function termOfRecord(bytes: Buffer, at: number): number {
  return readUint53(bytes, at + 12);
}

export function indexOfRecord(bytes: Buffer, at: number): number {
  return readUint53(bytes, at + 20);
}

/** Fills in the salt and the chained CRC, which it returns for the next record. */
export function sealRecord(
  bytes: Buffer,
  at: number,
  size: number,
  salt: number,
  previousCrc: number,
): number {
  writeSalt(bytes, at, salt);
  const crc = crc32(bytes.subarray(at, at + size - CRC_BYTES), previousCrc);
  bytes.writeUInt32LE(crc, at + size - CRC_BYTES);
  return crc;
}

export function writeSalt(bytes: Buffer, at: number, salt: number): void {
  bytes.writeUInt32LE(salt % 2 ** 32, at + 4);
}

/**
 * The size of the record at `at` when it lies whole before `end`, belongs to the segment and
 * continues the chain; else 0.
 */
export function verifiedSize(
  bytes: Buffer,
  at: number,
  end: number,
  salt: number,
  previousCrc: number,
): number {
  if (at + RECORD_HEAD_BYTES + CRC_BYTES > end) return 0;
  if (bytes.readUInt32LE(at + 4) !== salt % 2 ** 32) return 0;
  const size = sizeOfRecord(bytes, at);
  if (at + size > end) return 0;
  const crc = crc32(bytes.subarray(at, at + size - CRC_BYTES), previousCrc);
  return crc === bytes.readUInt32LE(at + size - CRC_BYTES) ? size : 0;
}

/** The chained CRC in the last field of the record. */
export function crcOfRecord(bytes: Buffer, at: number, size: number): number {
  return bytes.readUInt32LE(at + size - CRC_BYTES);
}

/** `command` is a view into `bytes`, not a copy. */
export function readEntry(bytes: Buffer, at: number): LogEntry {
  const start = at + RECORD_HEAD_BYTES;
  return {
    index: indexOfRecord(bytes, at),
    term: termOfRecord(bytes, at),
    type: bytes[at + 9] as EntryType,
    command: new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.readUInt32LE(at)),
  };
}

/** Payload of a hard state: the vote in UTF-8, absent (0 bytes) when there is none. */
export function readHardState(bytes: Buffer, at: number): HardState {
  const start = at + RECORD_HEAD_BYTES;
  const voted_for = bytes.toString('utf8', start, start + bytes.readUInt32LE(at));
  return { term: termOfRecord(bytes, at), voted_for: voted_for === '' ? null : voted_for };
}

export function writeHardState(bytes: Buffer, at: number, state: HardState): void {
  const payloadBytes = bytes.write(state.voted_for ?? '', at + RECORD_HEAD_BYTES);
  const head = { type: RECORD_TYPE.hard_state, entry_type: 0, index: 0 } as const;
  writeHead(bytes, at, { ...head, term: state.term, payloadBytes });
}
