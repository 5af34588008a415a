import { type MarkOwner, readMark } from './commit-mark.ts';
import { MARK_BYTES, PAGE_BYTES, RECORD_TYPE } from './format.ts';
import { crcOfRecord, typeOfRecord, verifiedSize } from './record.ts';
import { headerCrc, type SegmentHeader } from './segment-header.ts';

/** Where the good part of a segment ends: just after its last whole batch. */
export interface GoodEnd {
  readonly offset: number;
  /** Chained CRC there. */
  readonly crc: number;
  /** Number of the last whole batch, in this segment or, when it has none, before it. */
  readonly batch: number;
  /** Where that batch begins; `offset` when this segment has none. */
  readonly batch_start: number;
  /** Records in that batch, its mark not counted. */
  readonly batch_records: number;
}

/** The good end of a segment that has no batch yet. `page` begins with its header. */
export function startOfSegment(page: Buffer, header: SegmentHeader): GoodEnd {
  const crc = headerCrc(page);
  const start = PAGE_BYTES;
  return { offset: start, crc, batch: header.prev_batch, batch_start: start, batch_records: 0 };
}

/**
 * Walks through the batches of a segment and calls `onRecord` for each record of those that are
 * whole: every record continues the chain, and the commit mark names the next batch number, its
 * own place and the place where the batch began. Stops at the first that is not, or at `limit`.
 */
export function replaySegment(
  segment: Buffer,
  header: SegmentHeader,
  limit: number,
  onRecord: (at: number) => void,
): GoodEnd {
  let end = startOfSegment(segment, header);
  for (;;) {
    const batch = nextBatch(segment, header, end, limit);
    if (batch === null) return end;
    for (const at of batch.records) onRecord(at);
    end = batch.end;
  }
}

function nextBatch(
  segment: Buffer,
  owner: MarkOwner,
  before: GoodEnd,
  limit: number,
): { records: number[]; end: GoodEnd } | null {
  const records: number[] = [];
  let at = before.offset;
  let crc = before.crc;
  for (;;) {
    const size = verifiedSize(segment, at, limit, owner.seq, crc);
    if (size === 0) return null;
    crc = crcOfRecord(segment, at, size);
    const type = typeOfRecord(segment, at);
    if (type === RECORD_TYPE.seal) return null;
    if (type === RECORD_TYPE.commit_mark) break;
    records.push(at);
    at += size;
  }
  const mark = readMark(segment, at, owner);
  if (mark === null || mark.batch !== before.batch + 1 || mark.durable !== before.offset)
    return null;
  const end = {
    offset: at + MARK_BYTES,
    crc,
    batch: mark.batch,
    batch_start: before.offset,
    batch_records: records.length,
  };
  return { records, end };
}
