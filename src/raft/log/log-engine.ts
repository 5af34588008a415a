import type { RecoveredLog } from '../ports.ts';
import { createLog } from './create-log.ts';
import { EntryReader } from './entry-reader.ts';
import type { FileSystem } from './file-system.ts';
import { PAGE_BYTES, RECORD_TYPE } from './format.ts';
import type { LogLimits } from './limits.ts';
import type { LogState } from './log-state.ts';
import { PACKED_HEAD_BYTES } from './packed-batch.ts';
import {
  indexOfRecord,
  readHardState,
  sizeOfRecord,
  termOfRecord,
  typeOfRecord,
} from './record.ts';
import { recover } from './recovery.ts';
import { installSegment, openSegmentFiles, removeTemporaryFiles } from './segment-files.ts';
import type { LogIdentity, SegmentHeader } from './segment-header.ts';
import { CLOSING_BYTES, SegmentWriter } from './segment-writer.ts';
import { SpareSegment } from './spare-segment.ts';
import type { TornTail } from './torn-tail.ts';

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
  readonly #state: LogState;
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
   * Makes batches (of `packBatch`) durable, together: on return all of them are, and a crash
   * before that leaves each of them whole or not at all.
   */
  append(batches: readonly Buffer[]): void {
    this.#orPoison(() => {
      for (const batch of batches) this.#stage(batch);
      this.#flush();
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

  #stage(packed: Buffer): void {
    const size = packed.length - PACKED_HEAD_BYTES;
    if (!this.#writer.hasRoomFor(size)) {
      this.#flush();
      if (!this.#writer.hasRoomFor(size)) this.#rotate(size);
    }
    for (let at = PACKED_HEAD_BYTES; at < packed.length; at += sizeOfRecord(packed, at))
      this.#stageRecord(packed, at);
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

  #flush(): void {
    if (this.#writer.hasStaged) this.#writer.commit(this.#state.lastIndex);
  }

  /** Goes on in a new segment. The old one is sealed only when the new one is durable. */
  #rotate(recordBytes: number): void {
    const { fs, folder } = this.#options;
    const full = this.#writer;
    const blank = this.#spare.take(PAGE_BYTES + recordBytes + CLOSING_BYTES);
    const { base, lastIndex, lastTerm, hardState } = this.#state;
    const header: SegmentHeader = {
      ...this.#options.identity,
      segment_bytes: blank.size,
      seq: full.header.seq + 1,
      prev_index: lastIndex,
      prev_term: lastTerm,
      base_index: base.index,
      base_term: base.term,
      hard_state: hardState,
      prev_batch: full.end.batch,
      prev_end: full.end.offset,
      prev_crc: full.end.crc,
      nonce: this.#options.newNonce(),
    };
    const { file, end } = installSegment(fs, folder, blank, header);
    full.seal(lastIndex);
    full.file.close();
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
