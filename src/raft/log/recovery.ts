import { join } from 'node:path';
import type { LogEntry } from '../core/messages.ts';
import { findMark, readMark } from './commit-mark.ts';
import { LogCorruption } from './errors.ts';
import { type FileSystem, type LogFile, readWhole } from './file-system.ts';
import { RECORD_TYPE } from './format.ts';
import { LogState } from './log-state.ts';
import { readSnapshotMark, typeOfRecord } from './record.ts';
import { RecordReplay } from './record-replay.ts';
import { removeSegments, type SegmentFile } from './segment-files.ts';
import type { SegmentHeader } from './segment-header.ts';
import { segmentName } from './segment-name.ts';
import { type GoodEnd, replaySegment } from './segment-replay.ts';
import { cutTail, type TornTail } from './torn-tail.ts';
import { lengthWithoutZeros } from './trailing-zeros.ts';

export interface Recovery {
  readonly state: LogState;
  readonly configurations: readonly LogEntry[];
  /** The newest segment, open, fsynced and zero behind its good end. */
  readonly newest: {
    readonly file: LogFile;
    readonly header: SegmentHeader;
    readonly end: GoodEnd;
  };
  readonly tornTail: TornTail | null;
}

/**
 * Reads the whole log and repairs the one thing that a crash may leave: a torn last batch. Throws
 * `LogCorruption` on all other damage, before anything was changed.
 */
export function recover(
  fs: FileSystem,
  folder: string,
  segments: readonly SegmentFile[],
  maxBrokenBytes: number,
): Recovery {
  const newest = segments.at(-1)!;
  const file = fs.open(newest.path);
  try {
    const bytes = readWhole(file);
    const keepFrom = oldestToKeep(segments, newest, bytes);
    const kept = segments.filter(({ header }) => header.seq >= keepFrom);
    const replay = replayOfSealed(fs, kept);
    const { end, tornTail } = recoverNewest(fs, folder, newest, { file, bytes }, replay, {
      first: kept[0]!.header,
      maxBrokenBytes,
    });
    fs.syncFolder(folder);
    const gone = segments.map(({ header }) => header.seq).filter((seq) => seq < keepFrom);
    removeSegments(fs, folder, gone);
    const { state, configurations } = replay;
    return { state, configurations, newest: { file, header: newest.header, end }, tornTail };
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Segments before it are void: the log was reset, or a compaction was broken off after its mark was
 * durable.
 */
function oldestToKeep(
  segments: readonly SegmentFile[],
  newest: SegmentFile,
  bytes: Buffer,
): number {
  let oldest = segments.findLast(({ header }) => header.resets)?.header.seq ?? 0;
  replaySegment(bytes, newest.header, bytes.length, (at) => {
    if (typeOfRecord(bytes, at) === RECORD_TYPE.snapshot_mark)
      oldest = Math.max(oldest, readSnapshotMark(bytes, at).keep_seq);
  });
  return oldest;
}

/** The log up to, and with the beginning of, its newest segment. */
function replayOfSealed(fs: FileSystem, segments: readonly SegmentFile[]): RecordReplay {
  const first = segments[0]!.header;
  const base = { index: first.prev_index, term: first.prev_term };
  const replay = new RecordReplay(new LogState(base, first.hard_state));
  const scratch = Buffer.alloc(first.segment_bytes);
  replay.state.beginSegment(first);
  segments.slice(1).forEach((next, i) => {
    replaySealed(fs, segments[i]!, next, replay, scratch);
    replay.state.beginSegment(next.header);
  });
  return replay;
}

/** Every segment but the newest must end exactly as the header of the next one says. */
function replaySealed(
  fs: FileSystem,
  { path, header }: SegmentFile,
  next: SegmentFile,
  replay: RecordReplay,
  scratch: Buffer,
): void {
  const file = fs.open(path);
  try {
    const bytes = readWhole(file, scratch);
    const limit = Math.min(next.header.prev_end, bytes.length);
    const end = replaySegment(bytes, header, limit, (at) =>
      replay.apply(bytes, at, path, header.seq),
    );
    const whole = end.offset === next.header.prev_end && end.crc === next.header.prev_crc;
    if (!whole || end.batch !== next.header.prev_batch)
      throw new LogCorruption(
        'a record fails its checksum',
        path,
        end.offset,
        replay.state.lastIndex + 1,
      );
    checkContinues(replay.state, next);
  } finally {
    file.close();
  }
}

function checkContinues(state: LogState, { path, header }: SegmentFile): void {
  const { term, voted_for } = state.hardState;
  const same =
    header.prev_index === state.lastIndex &&
    header.prev_term === state.lastTerm &&
    header.hard_state.term === term &&
    header.hard_state.voted_for === voted_for;
  if (!same)
    throw new LogCorruption(
      'a segment does not continue the one before it',
      path,
      0,
      state.lastIndex + 1,
    );
}

function recoverNewest(
  fs: FileSystem,
  folder: string,
  { path, header }: SegmentFile,
  { file, bytes }: { readonly file: LogFile; readonly bytes: Buffer },
  replay: RecordReplay,
  { first, maxBrokenBytes }: { readonly first: SegmentHeader; readonly maxBrokenBytes: number },
): { end: GoodEnd; tornTail: TornTail | null } {
  const end = replaySegment(bytes, header, bytes.length, (at) =>
    replay.apply(bytes, at, path, header.seq),
  );
  // Damage first: behind it the mark may stand without which the beginning seems to be missing.
  checkNothingDurableFollows(bytes, path, header, end, replay.state.lastIndex + 1);
  checkBeginning(folder, first, replay.state.snapshot.index);
  const tail = bytes.subarray(end.offset);
  const torn = lengthWithoutZeros(tail) > 0;
  const segment = { seq: header.seq, path, file };
  const tornTail = torn ? cutTail(fs, folder, segment, tail, end.offset, maxBrokenBytes) : null;
  makeDurable(file, bytes, end);
  return { end, tornTail };
}

/** Nothing may be missing before the first segment but what a durable snapshot covers. */
function checkBeginning(folder: string, first: SegmentHeader, snapshotIndex: number): void {
  const covered = snapshotIndex > 0 && first.prev_index <= snapshotIndex;
  if (first.seq === 1 || covered) return;
  const missing = join(folder, segmentName(first.seq - 1));
  throw new LogCorruption('a segment is missing', missing, 0, snapshotIndex + 1);
}

/**
 * Tells a torn tail from damage. A batch is written only after the fsync of the one before it, so
 * a mark of batch N+2, or one that knew an offset behind the good end to be durable, proves that
 * what fails here was once whole, and may have been acknowledged.
 */
function checkNothingDurableFollows(
  bytes: Buffer,
  path: string,
  header: SegmentHeader,
  end: GoodEnd,
  index: number,
): void {
  if (readMark(bytes, end.offset, header)?.type === RECORD_TYPE.seal)
    throw new LogCorruption(`the segment after ${header.seq} is missing`, path, end.offset, index);
  const proof = findMark(
    bytes,
    end.offset,
    header,
    (mark) => mark.batch >= end.batch + 2 || mark.durable > end.offset,
  );
  if (proof !== null)
    throw new LogCorruption(
      `a record of batch ${end.batch + 1} fails its checksum, and a mark at offset ${proof.offset} shows that it was durable`,
      path,
      end.offset,
      index,
    );
}

/**
 * What was read may be in the page cache only: after a kill, or after a failed fsync that marked
 * its pages clean. The last batch is the only one that was not proved durable by a later one, so
 * it is written once more, the same bytes, and fsynced before anyone relies on it.
 */
function makeDurable(file: LogFile, bytes: Buffer, end: GoodEnd): void {
  if (end.batch_start < end.offset)
    file.writeAt(bytes.subarray(end.batch_start, end.offset), end.batch_start);
  file.sync();
}
