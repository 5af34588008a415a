import { writeMark } from './commit-mark.ts';
import type { LogFile } from './file-system.ts';
import { MARK_BYTES, RECORD_TYPE } from './format.ts';
import { sealRecord } from './record.ts';
import type { SegmentHeader } from './segment-header.ts';
import type { GoodEnd } from './segment-replay.ts';

/** What must stay free behind a batch: for its mark, an idle mark and the seal. */
export const CLOSING_BYTES = 3 * MARK_BYTES;

const FIRST_STAGING_BYTES = 64 * 1024;

/** Appends batches to the newest segment. One batch is staged in memory, written, and fsynced. */
export class SegmentWriter {
  readonly header: SegmentHeader;
  readonly file: LogFile;
  #end: GoodEnd;
  #staging = Buffer.alloc(FIRST_STAGING_BYTES);
  #staged = 0;
  #stagedRecords = 0;
  #crc: number;

  constructor(file: LogFile, header: SegmentHeader, end: GoodEnd) {
    this.file = file;
    this.header = header;
    this.#end = end;
    this.#crc = end.crc;
  }

  /** Where the durable part ends. */
  get end(): GoodEnd {
    return this.#end;
  }

  get hasStaged(): boolean {
    return this.#staged > 0;
  }

  /** Where the next staged record will stand in the file. */
  get nextOffset(): number {
    return this.#end.offset + this.#staged;
  }

  hasRoomFor(recordBytes: number): boolean {
    return this.nextOffset + recordBytes + CLOSING_BYTES <= this.header.segment_bytes;
  }

  /** Adds the record of `size` bytes at `at` of `source` to the batch. */
  stage(source: Buffer, at: number, size: number): void {
    this.#reserve(size);
    source.copy(this.#staging, this.#staged, at, at + size);
    this.#crc = sealRecord(this.#staging, this.#staged, size, this.header.seq, this.#crc);
    this.#staged += size;
    this.#stagedRecords += 1;
  }

  /** Closes the batch with its mark, writes it and waits for the disk. */
  commit(lastIndex: number): void {
    this.#reserve(MARK_BYTES);
    const offset = this.nextOffset;
    const batch = this.#end.batch + 1;
    const type = RECORD_TYPE.commit_mark;
    const mark = { type, batch, offset, durable: this.#end.offset, last_index: lastIndex };
    this.#crc = writeMark(this.#staging, this.#staged, mark, this.header, this.#crc);
    const bytes = this.#staging.subarray(0, this.#staged + MARK_BYTES);
    this.file.writeAt(bytes, this.#end.offset);
    this.file.sync();
    this.#end = {
      offset: offset + MARK_BYTES,
      crc: this.#crc,
      batch,
      batch_start: this.#end.offset,
      batch_records: this.#stagedRecords,
    };
    this.#staged = 0;
    this.#stagedRecords = 0;
  }

  /** Says that a newer segment exists; from then on this one is not written any more. */
  seal(lastIndex: number): void {
    const bytes = Buffer.alloc(MARK_BYTES);
    const { offset, batch } = this.#end;
    const mark = { type: RECORD_TYPE.seal, batch, offset, durable: offset, last_index: lastIndex };
    writeMark(bytes, 0, mark, this.header, this.#end.crc);
    this.file.writeAt(bytes, offset);
    this.file.sync();
  }

  #reserve(size: number): void {
    if (this.#staged + size <= this.#staging.length) return;
    const larger = Buffer.alloc(Math.max(2 * this.#staging.length, this.#staged + size));
    this.#staging.copy(larger, 0, 0, this.#staged);
    this.#staging = larger;
  }
}
