import { crc32 } from 'node:zlib';
import type { HardState } from '../ports.ts';
import {
  CRC_BYTES,
  FORMAT_VERSION,
  MAX_ID_BYTES,
  NONCE_BYTES,
  PAGE_BYTES,
  readUint53,
  writeUint53,
} from './format.ts';

export interface LogIdentity {
  readonly cluster_id: string;
  readonly node_id: string;
}

/** The first page of a segment. It is fsynced before the file gets its name, so it is never torn. */
export interface SegmentHeader extends LogIdentity {
  readonly segment_bytes: number;
  /** 1 for the first segment of a log, then counting up by one. */
  readonly seq: number;
  /** Index of the last entry of the log before this segment, and its term. */
  readonly prev_index: number;
  readonly prev_term: number;
  /** The newest snapshot when the segment was made: its index and term, or 0/0. */
  readonly base_index: number;
  readonly base_term: number;
  /** Term and vote when the segment was made. */
  readonly hard_state: HardState;
  /** Where the segment before ended: batch number, offset and chained CRC of its last mark. */
  readonly prev_batch: number;
  readonly prev_end: number;
  readonly prev_crc: number;
  readonly nonce: Buffer;
  /** The log begins here, with the snapshot as its base: all segments before it are void. */
  readonly resets: boolean;
}

const MAGIC = Buffer.from('RAFTLOG\n', 'latin1');
const VERSION_AT = 8;
const HEADER_CRC_AT = PAGE_BYTES - CRC_BYTES;
const RESETS_AT = HEADER_CRC_AT - 4;
const NO_VOTE = 0xffff;

/** One page; its last four bytes are the CRC that the first record's chain starts from. */
export function encodeHeader(header: SegmentHeader): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  MAGIC.copy(page, 0);
  page.writeUInt32LE(FORMAT_VERSION, VERSION_AT);
  page.writeUInt32LE(header.segment_bytes, 12);
  writeUint53(page, 16, header.seq);
  writeUint53(page, 24, header.prev_index);
  writeUint53(page, 32, header.prev_term);
  writeUint53(page, 40, header.base_index);
  writeUint53(page, 48, header.base_term);
  writeUint53(page, 56, header.hard_state.term);
  writeUint53(page, 64, header.prev_batch);
  page.writeUInt32LE(header.prev_end, 72);
  page.writeUInt32LE(header.prev_crc, 76);
  header.nonce.copy(page, 80, 0, NONCE_BYTES);
  let at = writeText(page, 88, header.cluster_id);
  at = writeText(page, at, header.node_id);
  writeText(page, at, header.hard_state.voted_for);
  page.writeUInt32LE(header.resets ? 1 : 0, RESETS_AT);
  page.writeUInt32LE(crc32(page.subarray(0, HEADER_CRC_AT)), HEADER_CRC_AT);
  return page;
}

/** Null when the page is damaged. A format version other than ours is left to the caller. */
export function decodeHeader(page: Buffer): SegmentHeader | null {
  if (page.length < PAGE_BYTES || !page.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  if (crc32(page.subarray(0, HEADER_CRC_AT)) !== headerCrc(page)) return null;
  const cluster = readText(page, 88);
  const node = readText(page, cluster.end);
  return {
    cluster_id: cluster.text ?? '',
    node_id: node.text ?? '',
    segment_bytes: page.readUInt32LE(12),
    seq: readUint53(page, 16),
    prev_index: readUint53(page, 24),
    prev_term: readUint53(page, 32),
    base_index: readUint53(page, 40),
    base_term: readUint53(page, 48),
    hard_state: { term: readUint53(page, 56), voted_for: readText(page, node.end).text },
    prev_batch: readUint53(page, 64),
    prev_end: page.readUInt32LE(72),
    prev_crc: page.readUInt32LE(76),
    nonce: Buffer.from(page.subarray(80, 80 + NONCE_BYTES)),
    resets: page.readUInt32LE(RESETS_AT) === 1,
  };
}

export function formatVersion(page: Buffer): number {
  return page.readUInt32LE(VERSION_AT);
}

export function headerCrc(page: Buffer): number {
  return page.readUInt32LE(HEADER_CRC_AT);
}

function writeText(page: Buffer, at: number, text: string | null): number {
  if (text === null) return page.writeUInt16LE(NO_VOTE, at);
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_ID_BYTES) throw new RangeError(`id longer than ${MAX_ID_BYTES} bytes`);
  page.writeUInt16LE(bytes.length, at);
  return at + 2 + bytes.copy(page, at + 2);
}

function readText(page: Buffer, at: number): { text: string | null; end: number } {
  const length = page.readUInt16LE(at);
  if (length === NO_VOTE) return { text: null, end: at + 2 };
  return { text: page.toString('utf8', at + 2, at + 2 + length), end: at + 2 + length };
}
