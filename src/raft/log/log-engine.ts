import type { Compaction, LogPosition, RecoveredLog } from '../ports.ts';
import { createLog } from './create-log.ts';
import { EntryReader } from './entry-reader.ts';
import type { FileSystem } from './file-system.ts';
import { PAGE_BYTES, RECORD_TYPE } from './format.ts';
import type { LogLimits } from './limits.ts';
import { LogState } from './log-state.ts';
import { PACKED_HEAD_BYTES, resetIn } from './packed-batch.ts';
import {
  indexOfRecord,
  readHardState,
  sizeOfRecord,
  snapshotMarkRecord,
  termOfRecord,
  typeOfRecord,
} from './record.ts';
import { recover } from './recovery.ts';
import {
  installSegment,
  openSegmentFiles,
  removeSegments,
  removeTemporaryFiles,
} from './segment-files.ts';
import type { LogIdentity, SegmentHeader } from './segment-header.ts';
import { CLOSING_BYTES, SegmentWriter } from './segment-writer.ts';
import { SpareSegment } from './spare-segment.ts';
import type { TornTail } from './torn-tail.ts';
import type { ZeroFile } from './zero-file.ts';

export interface LogEngineOptions {
  readonly fs: FileSystem;
  readonly folder: string;
  readonly identity: LogIdentity;
  readonly limits: LogLimits;
  /** 8 unpredictable bytes; called once per new segment. */
  readonly newNonce: () => Buffer;
  /** Refuse to begin a new log: this node has had one. */
  readonly mustExist: boolean;
}

/**
 * The log file itself: synchronous, on one thread, with no clock. The worker is a shell around
 * it, and the simulator drives it directly. After any method threw, all throw the same error.
 */
export class LogEngine {
  readonly recovered: RecoveredLog;
  readonly tornTail: TornTail | null;
  readonly #options: LogEngineOptions;
  #state: LogState;
  readonly #reader: EntryReader;
  readonly #spare: SpareSegment;
  #writer: SegmentWriter;
  #poison: Error | null = null;

  /** Throws `LogCorruption` or `ForeignLog` when it must not start, else the system's error. */
  constructor(options: LogEngineOptions) {
    const { fs, folder, limits } = options;
    this.#options = options;
    fs.makeFolder(folder);
    removeTemporaryFiles(fs, folder);
    const segments = openSegmentFiles(fs, folder, options.identity, options.mustExist);
    const found =
      segments.length === 0
        ? createLog(options)
        : recover(fs, folder, segments, limits.maxBrokenBytes);
    const { file, header, end } = found.newest;
    this.#state = found.state;
    this.#writer = new SegmentWriter(file, header, end);
    this.#reader = new EntryReader(fs, folder, limits.readWindowBytes);
    this.#spare = new SpareSegment(fs, folder, limits.segmentBytes, limits.spareStepBytes);
    this.tornTail = found.tornTail;
    this.recovered = {
      hard_state: found.state.hardState,
      base: found.state.base,
      last_index: found.state.lastIndex,
      terms: found.state.terms,
      configurations: found.configurations,
    };
    this.mark();
  }

  /**
   * Makes batches (of `packBatch`) durable, together: a crash before that leaves each of them whole or
   * not at all. Returns how many of them are durable now: all, unless the disk has no room for another
   * segment. Nothing is spoilt by that; the rest may be tried again.
   */
  append(batches: readonly Buffer[]): number {
    return this.#orPoison(() => {
      for (const [done, batch] of batches.entries()) if (!this.#stage(batch)) return done;
      this.#flush();
      return batches.length;
    });
  }

  /**
   * Records of entries `from..to` for `unpackEntries`, cut as `LogStore.read` says. Throws
   * `RangeError` (without poison) when the log does not hold them, `LogCorruption` on damage.
   */
  read(from: number, to: number, maxBytes: number): Buffer<ArrayBuffer> {
    const { base, lastIndex, positions } = this.#state;
    if (from <= base.index || to > lastIndex || from > to)
      throw new RangeError(`entries ${from}..${to} of a log of ${base.index + 1}..${lastIndex}`);
    return this.#orPoison(() => this.#reader.read(positions, base.index, from, to, maxBytes));
  }

  /**
   * Closes the window in which damage to the last batch looks like a torn write: an empty batch
   * behind it proves that it was durable. To be called when the log goes idle.
   */
  mark(): void {
    if (this.#writer.end.batch_records === 0) return;
    this.#orPoison(() => this.#writer.commit(this.#state.lastIndex));
  }

  /**
   * Removes the oldest segments that `Compaction` allows, once it is durable that they are void.
   * Returns where the log begins now: as before when the disk has no room even for saying so.
   */
  compact(compaction: Compaction): LogPosition {
    return this.#orPoison(() => {
      const { snapshot } = compaction;
      if (snapshot.index < this.#state.snapshot.index) return this.#state.base;
      const count = this.#state.segments.removable(this.#mayBegin(compaction));
      const keep = this.#state.segments.oldest(count).seq;
      if (!this.#stageSnapshotMark(snapshot, keep)) return this.#state.base;
      this.#flush();
      this.#remove(this.#state.removeSegments(count));
      return this.#state.base;
    });
  }

  /** True when the next segment should be prepared now, even though appends are waiting. */
  get spareIsLate(): boolean {
    return this.#spare.isLate(this.#writer.end.offset);
  }

  /** One bounded step of preparing the next segment, to be called in idle moments. */
  prepareSpare(): 'done' | 'more' | 'disk_full' {
    return this.#orPoison(() => this.#spare.step());
  }

  close(): void {
    if (this.#poison === null) this.mark();
    this.#writer.file.close();
    this.#reader.close();
    this.#spare.close();
    this.#poison ??= new Error('the log is closed');
  }

  /** False when the disk has no room: what was staged before is durable then, and this batch nowhere. */
  #stage(packed: Buffer): boolean {
    const reset = resetIn(packed);
    return reset === null ? this.#stageWhole(packed) : this.#startOver(packed, reset);
  }

  #stageWhole(packed: Buffer): boolean {
    const size = packed.length - PACKED_HEAD_BYTES;
    if (!this.#writer.hasRoomFor(size)) {
      this.#flush();
      if (!this.#writer.hasRoomFor(size) && !this.#rotate(size)) return false;
    }
    for (let at = PACKED_HEAD_BYTES; at < packed.length; at += sizeOfRecord(packed, at))
      this.#stageRecord(packed, at);
    return true;
  }

  #stageRecord(packed: Buffer, at: number): void {
    if (typeOfRecord(packed, at) === RECORD_TYPE.hard_state) {
      this.#state.setHardState(readHardState(packed, at));
    } else {
      const index = indexOfRecord(packed, at);
      const term = termOfRecord(packed, at);
      if (this.#state.holds(index, term)) return;
      this.#state.place(index, term, this.#writer.header.seq, this.#writer.nextOffset);
    }
    this.#writer.stage(packed, at, sizeOfRecord(packed, at));
  }

  #stageSnapshotMark({ index, term }: LogPosition, keep_seq: number): boolean {
    const record = snapshotMarkRecord({ index, term, keep_seq });
    if (!this.#writer.hasRoomFor(record.length) && !this.#rotate(record.length)) return false;
    this.#state.markSnapshot({ index, term });
    this.#writer.stage(record, 0, record.length);
    return true;
  }

  #mayBegin({ snapshot, hold_index: hold }: Compaction) {
    const { trailingEntries, trailingBytes, maxHeldBytes } = this.#options.limits;
    return (prevIndex: number, bytesLeft: number): boolean => {
      if (prevIndex > snapshot.index) return false;
      if (prevIndex > hold && bytesLeft < maxHeldBytes) return false;
      return prevIndex <= snapshot.index - trailingEntries || bytesLeft >= trailingBytes;
    };
  }

  /**
   * The log goes on after a snapshot, and nothing before it is left. The header of the segment that
   * follows says so, and holds the batch's term and vote: they are durable with it or not at all.
   */
  #startOver(packed: Buffer, resetAt: number): boolean {
    this.#flush();
    const entriesAt = resetAt + sizeOfRecord(packed, resetAt);
    const blank = this.#blankFor(packed.length - entriesAt);
    if (blank === null) return false;
    const before = this.#state;
    if (resetAt > PACKED_HEAD_BYTES) {
      before.setHardState(readHardState(packed, PACKED_HEAD_BYTES));
    }
    const base = { index: indexOfRecord(packed, resetAt), term: termOfRecord(packed, resetAt) };
    this.#state = new LogState(base, before.hardState);
    const how = { base, resets: true, sealedAt: before.lastIndex };
    this.#openNext(blank, how);
    this.#remove(before.segments.remove(Number.POSITIVE_INFINITY));
    for (let at = entriesAt; at < packed.length; at += sizeOfRecord(packed, at))
      this.#stageRecord(packed, at);
    return true;
  }

  #remove(seqs: readonly number[]): void {
    this.#reader.close();
    removeSegments(this.#options.fs, this.#options.folder, seqs);
  }

  #flush(): void {
    if (this.#writer.hasStaged) this.#writer.commit(this.#state.lastIndex);
  }

  #rotate(recordBytes: number): boolean {
    const blank = this.#blankFor(recordBytes);
    if (blank === null) return false;
    const { snapshot, lastIndex } = this.#state;
    this.#openNext(blank, { base: snapshot, resets: false, sealedAt: lastIndex });
    return true;
  }

  #blankFor(recordBytes: number): ZeroFile | null {
    return this.#spare.take(PAGE_BYTES + recordBytes + CLOSING_BYTES);
  }

  /** Goes on in a new segment. The old one is sealed only when the new one is durable. */
  #openNext(
    blank: ZeroFile,
    how: { readonly base: LogPosition; readonly resets: boolean; readonly sealedAt: number },
  ): void {
    const { fs, folder } = this.#options;
    const full = this.#writer;
    const { lastIndex, lastTerm, hardState } = this.#state;
    const header: SegmentHeader = {
      ...this.#options.identity,
      segment_bytes: blank.size,
      seq: full.header.seq + 1,
      prev_index: lastIndex,
      prev_term: lastTerm,
      base_index: how.base.index,
      base_term: how.base.term,
      hard_state: hardState,
      prev_batch: full.end.batch,
      prev_end: full.end.offset,
      prev_crc: full.end.crc,
      nonce: this.#options.newNonce(),
      resets: how.resets,
    };
    const { file, end } = installSegment(fs, folder, blank, header);
    full.seal(how.sealedAt);
    full.file.close();
    this.#state.beginSegment(header);
    this.#writer = new SegmentWriter(file, header, end);
  }

  #orPoison<T>(work: () => T): T {
    if (this.#poison !== null) throw this.#poison;
    try {
      return work();
    } catch (error) {
      this.#poison = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
}
