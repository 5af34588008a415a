import { join } from 'node:path';
import type { EntryPositions } from './entry-positions.ts';
import { LogCorruption } from './errors.ts';
import type { FileSystem, LogFile } from './file-system.ts';
import { CRC_BYTES, RECORD_HEAD_BYTES, RECORD_TYPE } from './format.ts';
import { indexOfRecord, sizeOfRecord, typeOfRecord, verifiedSize } from './record.ts';
import { segmentName } from './segment-name.ts';

/** A piece of a segment in memory. */
interface Window {
  readonly seq: number;
  readonly start: number;
  readonly bytes: Buffer;
}

const NO_WINDOW: Window = { seq: 0, start: 0, bytes: Buffer.alloc(0) };

/** Reads entries back from the files. The CRC of each is checked every time. */
export class EntryReader {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #windowBytes: number;
  /** The segment read last stays open: readers go forward. */
  #open: { readonly seq: number; readonly file: LogFile } | null = null;

  constructor(fs: FileSystem, folder: string, windowBytes: number) {
    this.#fs = fs;
    this.#folder = folder;
    this.#windowBytes = windowBytes;
  }

  /**
   * The records of entries `from..to`, one after the other, cut before the entry with which the
   * commands would exceed `maxBytes`; the first is always there. `positions` begins at
   * `base_index + 1` and holds them all.
   */
  read(
    positions: EntryPositions,
    base_index: number,
    from: number,
    to: number,
    maxBytes: number,
  ): Buffer<ArrayBuffer> {
    const records: Buffer[] = [];
    let window = NO_WINDOW;
    let commandBytes = 0;
    for (let index = from; index <= to; index += 1) {
      const place = index - base_index - 1;
      const seq = positions.segmentAt(place);
      const offset = positions.offsetAt(place);
      window = this.#covering(window, seq, offset, RECORD_HEAD_BYTES);
      const head = offset - window.start;
      commandBytes += window.bytes.readUInt32LE(head);
      if (commandBytes > maxBytes && index > from) break;
      window = this.#covering(window, seq, offset, sizeOfRecord(window.bytes, head));
      records.push(this.#verified(window, offset, index));
    }
    return concatOwned(records);
  }

  close(): void {
    this.#open?.file.close();
    this.#open = null;
  }

  /** `window` when it holds `size` bytes at `offset` and the CRC before them, else a new one. */
  #covering(window: Window, seq: number, offset: number, size: number): Window {
    const start = offset - CRC_BYTES;
    const covers =
      window.seq === seq &&
      window.start <= start &&
      offset + size <= window.start + window.bytes.length;
    if (covers) return window;
    const file = this.#fileOf(seq);
    const wanted = Math.max(this.#windowBytes, size + CRC_BYTES);
    const bytes = Buffer.alloc(Math.max(0, Math.min(wanted, file.size() - start)));
    file.readAt(bytes, start);
    if (bytes.length < size + CRC_BYTES) throw this.#damaged(seq, offset, 0);
    return { seq, start, bytes };
  }

  #verified(window: Window, offset: number, index: number): Buffer {
    const { bytes, seq } = window;
    const at = offset - window.start;
    const previousCrc = bytes.readUInt32LE(at - CRC_BYTES);
    const size = verifiedSize(bytes, at, bytes.length, seq, previousCrc);
    const isIt =
      typeOfRecord(bytes, at) === RECORD_TYPE.entry && indexOfRecord(bytes, at) === index;
    if (size === 0 || !isIt) throw this.#damaged(seq, offset, index);
    return bytes.subarray(at, at + size);
  }

  #fileOf(seq: number): LogFile {
    if (this.#open?.seq === seq) return this.#open.file;
    this.close();
    this.#open = { seq, file: this.#fs.open(join(this.#folder, segmentName(seq))) };
    return this.#open.file;
  }

  #damaged(seq: number, offset: number, index: number): LogCorruption {
    const path = join(this.#folder, segmentName(seq));
    return new LogCorruption('an entry fails its checksum on reading', path, offset, index);
  }
}

/** In memory of its own, so that it can be transferred to another thread. */
function concatOwned(records: readonly Buffer[]): Buffer<ArrayBuffer> {
  const size = records.reduce((sum, record) => sum + record.length, 0);
  const all = Buffer.from(new ArrayBuffer(size));
  let at = 0;
  for (const record of records) at += record.copy(all, at);
  return all;
}
