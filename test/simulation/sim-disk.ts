import { basename, dirname } from 'node:path';
import type { FileSystem, LogFile } from '../../src/raft/log/file-system.ts';
import { type PowerCut, SECTOR_BYTES } from './power-cut.ts';
import { SimFile } from './sim-file.ts';
import { SimFolder } from './sim-folder.ts';

/** Thrown by the operation in which the simulated process dies. */
export class SimCrash extends Error {
  override readonly name = 'SimCrash';
}

export interface DiskOperation {
  readonly kind: 'create' | 'write' | 'sync' | 'rename' | 'unlink' | 'sync_folder';
  readonly path: string;
  /** Counts the operations that change the disk, from 1. */
  readonly number: number;
}

/**
 * A disk with a page cache, for tests: deterministic, synchronous. A process on it dies by
 * `kill` (the cache survives) or `powerCut` (only what was synced surely survives).
 */
export class SimDisk implements FileSystem {
  /** Asked before each operation that changes the disk: an error to throw, or null. */
  onOperation: (operation: DiskOperation) => Error | null = () => null;
  free = Number.POSITIVE_INFINITY;
  readonly #folders = new Map<string, SimFolder>();
  #operations = 0;
  /** Handles of earlier processes are dead. */
  #process = 0;

  get operations(): number {
    return this.#operations;
  }

  /** Creations, renames and removals that a power cut may undo. */
  get unsyncedFolderOperations(): number {
    return this.#folders.values().reduce((sum, folder) => sum + folder.unsynced, 0);
  }

  makeFolder(path: string): void {
    if (!this.#folders.has(path)) this.#folders.set(path, new SimFolder());
  }

  list(folder: string): string[] {
    return this.#folder(folder).names;
  }

  open(path: string): LogFile {
    const file = this.#folder(dirname(path)).get(basename(path));
    if (file === undefined) throw systemError('ENOENT', path);
    return this.#handle(path, file);
  }

  create(path: string): LogFile {
    this.#begin('create', path);
    const folder = this.#folder(dirname(path));
    const there = folder.get(basename(path));
    const file = there ?? new SimFile();
    if (there === undefined) folder.change({ kind: 'link', name: basename(path), file });
    file.truncate();
    return this.#handle(path, file);
  }

  rename(from: string, to: string): void {
    this.#begin('rename', from);
    const folder = this.#folder(dirname(from));
    if (folder.get(basename(from)) === undefined) throw systemError('ENOENT', from);
    folder.change({ kind: 'rename', from: basename(from), to: basename(to) });
  }

  unlink(path: string): void {
    this.#begin('unlink', path);
    this.#folder(dirname(path)).change({ kind: 'unlink', name: basename(path) });
  }

  freeBytes(): number {
    return this.free;
  }

  syncFolder(folder: string): void {
    this.#begin('sync_folder', folder);
    this.#folder(folder).sync();
  }

  /** The process is gone, its writes are still in the cache. */
  kill(): void {
    this.#process += 1;
  }

  powerCut(cut: PowerCut): void {
    this.#process += 1;
    for (const folder of this.#folders.values()) {
      for (const file of folder.files) file.powerCut(cut);
      folder.powerCut(cut);
    }
  }

  flipBit(path: string, position: number, bit: number): void {
    this.#folder(dirname(path)).get(basename(path))!.flipBit(position, bit);
  }

  /** The same state, with no faults planned and no process on it. */
  clone(): SimDisk {
    const copy = new SimDisk();
    for (const [path, folder] of this.#folders) copy.#folders.set(path, folder.clone());
    return copy;
  }

  #folder(path: string): SimFolder {
    const folder = this.#folders.get(path);
    if (folder === undefined) throw systemError('ENOENT', path);
    return folder;
  }

  #begin(kind: DiskOperation['kind'], path: string): void {
    this.#operations += 1;
    const error = this.onOperation({ kind, path, number: this.#operations });
    if (error !== null) throw error;
  }

  #handle(path: string, file: SimFile): LogFile {
    const owner = this.#process;
    const checkAlive = (): void => {
      if (owner !== this.#process) throw new Error(`${path}: handle of a dead process`);
    };
    return {
      size: () => file.size,
      readAt(into, position) {
        checkAlive();
        return file.read(into, position);
      },
      writeAt: (bytes, position) => {
        checkAlive();
        this.#write(path, file, bytes, position);
      },
      sync: () => {
        checkAlive();
        this.#sync(path, file);
      },
      close: () => {},
    };
  }

  /** A write in which the process dies has got as far as its first sectors: half of them. */
  #write(path: string, file: SimFile, bytes: Uint8Array, position: number): void {
    try {
      this.#begin('write', path);
    } catch (error) {
      const sectors = Math.floor(bytes.length / SECTOR_BYTES / 2);
      if (error instanceof SimCrash)
        file.write(bytes.subarray(0, sectors * SECTOR_BYTES), position);
      throw error;
    }
    file.write(bytes, position);
  }

  #sync(path: string, file: SimFile): void {
    try {
      this.#begin('sync', path);
    } catch (error) {
      if (!(error instanceof SimCrash)) file.dropUnsynced();
      throw error;
    }
    file.sync();
  }
}

/** As Node reports it. */
export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
