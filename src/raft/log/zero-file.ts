import { dirname, join } from 'node:path';
import type { FileSystem, LogFile } from './file-system.ts';

/**
 * A segment in the making: a temporary file of `size` zero bytes, written and fsynced step by
 * step. Zeros are really written, because a hole in the file could still meet a full disk, and
 * because fdatasync is 2.5 times as fast where the size of the file stays as it is.
 */
export class ZeroFile {
  readonly path: string;
  readonly size: number;
  readonly #fs: FileSystem;
  readonly #file: LogFile;
  #done = 0;

  constructor(fs: FileSystem, folder: string, name: string, size: number) {
    this.path = join(folder, name);
    this.size = size;
    this.#fs = fs;
    this.#file = fs.create(this.path);
    fs.syncFolder(folder);
  }

  get done(): number {
    return this.#done;
  }

  get complete(): boolean {
    return this.#done === this.size;
  }

  /** Writes and fsyncs the next `bytes`, at most up to the size. */
  step(bytes: number): void {
    const length = Math.min(bytes, this.size - this.#done);
    this.#file.writeAt(Buffer.alloc(length), this.#done);
    this.#file.sync();
    this.#done += length;
  }

  /** Completes the file and hands it over. */
  finish(): LogFile {
    if (!this.complete) this.step(this.size);
    return this.#file;
  }

  /** Gives the space back. */
  discard(): void {
    this.#file.close();
    this.#fs.unlink(this.path);
    this.#fs.syncFolder(dirname(this.path));
  }

  close(): void {
    this.#file.close();
  }
}
