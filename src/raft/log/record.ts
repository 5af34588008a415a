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

/** What stands before the payload. `index` and `term` are 0 where a record has none. */
export interface RecordHead {
  readonly type: RecordType;
  /** Entry: its type. Hard state: 1 with a vote, 0 without. Else 0. */
  readonly subtype: number;
  readonly term: number;
  readonly index: number;
  readonly payloadBytes: number;
}

/** Writes the head; salt and CRC stay zero until `sealRecord`. The space must be zeroed. */
export function writeHead(bytes: Buffer, at: number, head: RecordHead): void {
  bytes.writeUInt32LE(head.payloadBytes, at);
  bytes[at + 8] = head.type;
  bytes[at + 9] = head.subtype;
  writeUint53(bytes, at + 12, head.term);
  writeUint53(bytes, at + 20, head.index);
}

export function sizeOfRecord(bytes: Buffer, at: number): number {
  return recordBytes(bytes.readUInt32LE(at));
}

export function typeOfRecord(bytes: Buffer, at: number): number {
  return bytes[at + 8]!;
}

/** Of an entry: its `EntryType`. */
export function subtypeOfRecord(bytes: Buffer, at: number): number {
  return bytes[at + 9] ?? 0;
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

/** Payload of a hard state: the vote in UTF-8. */
export function readHardState(bytes: Buffer, at: number): HardState {
  const term = termOfRecord(bytes, at);
  if (bytes[at + 9] === 0) return { term, voted_for: null };
  const start = at + RECORD_HEAD_BYTES;
  return { term, voted_for: bytes.toString('utf8', start, start + bytes.readUInt32LE(at)) };
}

/** Index and term are those of a durable snapshot; segments before `keep_seq` are void. */
export interface SnapshotMark {
  readonly index: number;
  readonly term: number;
  readonly keep_seq: number;
}

/** `keep_seq`. */
export const SNAPSHOT_MARK_PAYLOAD_BYTES = 8;

export function readSnapshotMark(bytes: Buffer, at: number): SnapshotMark {
  return {
    index: indexOfRecord(bytes, at),
    term: termOfRecord(bytes, at),
    keep_seq: readUint53(bytes, at + RECORD_HEAD_BYTES),
  };
}

/** A whole record, but for salt and CRC. */
export function snapshotMarkRecord({ index, term, keep_seq }: SnapshotMark): Buffer {
  const payloadBytes = SNAPSHOT_MARK_PAYLOAD_BYTES;
  const record = Buffer.alloc(recordBytes(payloadBytes));
  writeHead(record, 0, { type: RECORD_TYPE.snapshot_mark, subtype: 0, term, index, payloadBytes });
  writeUint53(record, RECORD_HEAD_BYTES, keep_seq);
  return record;
}

export function writeHardState(bytes: Buffer, at: number, { term, voted_for }: HardState): void {
  const payloadBytes = bytes.write(voted_for ?? '', at + RECORD_HEAD_BYTES);
  const subtype = voted_for === null ? 0 : 1;
  writeHead(bytes, at, { type: RECORD_TYPE.hard_state, subtype, term, index: 0, payloadBytes });
}
