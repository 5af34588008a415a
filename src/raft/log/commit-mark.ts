import { crc32 } from 'node:zlib';
import {
  MARK_BYTES,
  MARK_PAYLOAD_BYTES,
  NONCE_BYTES,
  PAGE_BYTES,
  RECORD_TYPE,
  readUint53,
  writeUint53,
} from './format.ts';
import { indexOfRecord, sealRecord, typeOfRecord, writeHead, writeSalt } from './record.ts';
import { lengthWithoutZeros } from './trailing-zeros.ts';

/** What makes a mark belong to its segment. */
export interface MarkOwner {
  readonly seq: number;
  readonly nonce: Buffer;
}

export interface Mark {
  readonly type: typeof RECORD_TYPE.commit_mark | typeof RECORD_TYPE.seal;
  /** Counts up by one per fsync, over all segments. A seal repeats the last one. */
  readonly batch: number;
  /** Where the mark stands in its segment. */
  readonly offset: number;
  /** All before this offset of the segment was fsynced before the mark was written. */
  readonly durable: number;
  readonly last_index: number;
}

const BATCH_AT = 28;
const OFFSET_AT = 36;
const DURABLE_AT = 40;
const NONCE_AT = 44;
const OWN_CRC_AT = 52;

/** Writes the mark at `at` of `bytes` and returns the chained CRC. */
export function writeMark(
  bytes: Buffer,
  at: number,
  mark: Mark,
  owner: MarkOwner,
  previousCrc: number,
): number {
  bytes.fill(0, at, at + MARK_BYTES);
  const head = { type: mark.type, subtype: 0, term: 0, index: mark.last_index };
  writeHead(bytes, at, { ...head, payloadBytes: MARK_PAYLOAD_BYTES });
  writeSalt(bytes, at, owner.seq);
  writeUint53(bytes, at + BATCH_AT, mark.batch);
  bytes.writeUInt32LE(mark.offset, at + OFFSET_AT);
  bytes.writeUInt32LE(mark.durable, at + DURABLE_AT);
  owner.nonce.copy(bytes, at + NONCE_AT);
  bytes.writeUInt32LE(crc32(bytes.subarray(at, at + OWN_CRC_AT)), at + OWN_CRC_AT);
  return sealRecord(bytes, at, MARK_BYTES, owner.seq, previousCrc);
}

/**
 * The mark that stands at offset `at` of a whole segment, judged by itself: without the chain
 * that leads to it. Null when there is none.
 */
export function readMark(segment: Buffer, at: number, owner: MarkOwner): Mark | null {
  if (at + MARK_BYTES > segment.length) return null;
  if (segment.readUInt32LE(at) !== MARK_PAYLOAD_BYTES) return null;
  const type = typeOfRecord(segment, at);
  if (type !== RECORD_TYPE.commit_mark && type !== RECORD_TYPE.seal) return null;
  if (segment.readUInt32LE(at + OFFSET_AT) !== at) return null;
  if (segment.compare(owner.nonce, 0, NONCE_BYTES, at + NONCE_AT, at + NONCE_AT + NONCE_BYTES))
    return null;
  const own = segment.readUInt32LE(at + OWN_CRC_AT);
  if (crc32(segment.subarray(at, at + OWN_CRC_AT)) !== own) return null;
  return {
    type,
    batch: readUint53(segment, at + BATCH_AT),
    offset: at,
    durable: segment.readUInt32LE(at + DURABLE_AT),
    last_index: indexOfRecord(segment, at),
  };
}

/** The first mark at or after `from` for which `wanted` holds. */
export function findMark(
  segment: Buffer,
  from: number,
  owner: MarkOwner,
  wanted: (mark: Mark) => boolean,
): Mark | null {
  // A mark does not begin with a zero, so none begins in the zeros at the end.
  const end = lengthWithoutZeros(segment);
  for (let at = Math.max(from, PAGE_BYTES); at < end; at += 8) {
    const mark = readMark(segment, at, owner);
    if (mark !== null && wanted(mark)) return mark;
  }
  return null;
}
