/**
 * The only way in which the log touches a disk. All calls are synchronous (the log has its own
 * thread) and throw the system's error. `node-file-system.ts` is the real one, the tests' disk
 * forgets what was not synced.
 */
export interface FileSystem {
  /** Makes the folder and its parents when missing, durably. */
  makeFolder(path: string): void;
  /** Names of the files in the folder, in any order. */
  list(folder: string): string[];
  /** Opens a file for reading and writing. */
  open(path: string): LogFile;
  /** Makes an empty file, or empties the one that is there. */
  create(path: string): LogFile;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** Makes creations, renames and removals in the folder durable. */
  syncFolder(folder: string): void;
  /** What may still be written to the disk that `folder` is on, in bytes. */
  freeBytes(folder: string): number;
}

export interface LogFile {
  size(): number;
  /** Fills `into` from `position` on; returns fewer bytes only at the end of the file. */
  readAt(into: Uint8Array, position: number): number;
  /** Writes all of `bytes`, or throws. */
  writeAt(bytes: Uint8Array, position: number): void;
  /** fdatasync. After an error it must not be called again: the pages may be marked clean. */
  sync(): void;
  close(): void;
}

/** The whole file, in `scratch` when it fits. */
export function readWhole(file: LogFile, scratch: Buffer = Buffer.alloc(0)): Buffer {
  const size = file.size();
  const bytes = size <= scratch.length ? scratch.subarray(0, size) : Buffer.alloc(size);
  return bytes.subarray(0, file.readAt(bytes, 0));
}
