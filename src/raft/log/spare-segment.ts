import type { FileSystem } from './file-system.ts';
import { PAGE_BYTES } from './format.ts';
import { ZeroFile } from './zero-file.ts';

const SPARE_NAME = 'spare.tmp';
const LARGE_NAME = 'large.tmp';

/**
 * Keeps the next segment ready, so that an append finds its space reserved and zero-filled. A full
 * disk only puts the spare off: it matters when the current segment is full, not before.
 */
export class SpareSegment {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #stepBytes: number;
  #file: ZeroFile | null = null;
  #postponed = false;

  constructor(fs: FileSystem, folder: string, segmentBytes: number, stepBytes: number) {
    this.#fs = fs;
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#stepBytes = stepBytes;
  }

  get ready(): boolean {
    return this.#file?.complete ?? false;
  }

  /** Behind the pace at which `usedBytes` of the current segment say it will be needed. */
  isLate(usedBytes: number): boolean {
    if (this.ready || this.#postponed) return false;
    return (this.#file?.done ?? 0) < 2 * usedBytes;
  }

  /** Does one step. `disk_full` gives the space back, and `isLate` is silent until the next step. */
  step(): 'done' | 'more' | 'disk_full' {
    this.#postponed = false;
    try {
      this.#file ??= this.#newFile();
      if (!this.#file.complete) this.#file.step(this.#stepBytes);
      return this.#file.complete ? 'done' : 'more';
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#file?.discard();
      this.#file = null;
      this.#postponed = true;
      return 'disk_full';
    }
  }

  /**
   * A zero-filled, fsynced file of at least `bytes`; its maker is free to begin the next. `null` when
   * the disk has no room for one: nothing is left of it then, and it may be asked for again.
   */
  take(bytes: number): ZeroFile | null {
    const large = bytes > this.#segmentBytes;
    let file = large ? null : this.#file;
    if (!large) this.#file = null;
    try {
      file ??= large ? this.#newLargeFile(bytes) : this.#newFile();
      file.finish();
      return file;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      file?.discard();
      this.#postponed = true;
      return null;
    }
  }

  /** Closes the file; what it holds is thrown away at the next open. */
  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #newLargeFile(bytes: number): ZeroFile {
    return new ZeroFile(this.#fs, this.#folder, LARGE_NAME, wholePages(bytes));
  }

  #newFile(): ZeroFile {
    return new ZeroFile(this.#fs, this.#folder, SPARE_NAME, this.#segmentBytes);
  }
}

function wholePages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ENOSPC' || code === 'EDQUOT';
}
