import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FileSystem, LogFile } from './file-system.ts';

const OWNER_ONLY = 0o600;

/** What the open files are called now: a segment gets its name when it is ready. */
const openFiles = new Map<number, string>();

/** The disk of this machine. */
export const nodeFileSystem: FileSystem = {
  makeFolder(path) {
    const folder = resolve(path);
    const first = mkdirSync(folder, { recursive: true }) ?? folder;
    // One that exists may have been made by a process that was killed before it synced it.
    for (let made = folder; made.length >= first.length; made = dirname(made))
      syncFolder(dirname(made));
  },
  list: (folder) => readdirSync(folder),
  open: (path) => nodeFile(path, openSync(path, 'r+')),
  create: (path) => nodeFile(path, openSync(path, 'w+', OWNER_ONLY)),
  rename(from, to) {
    renameSync(from, to);
    for (const [fd, path] of openFiles) if (path === from) openFiles.set(fd, to);
  },
  unlink: (path) => unlinkSync(path),
  syncFolder,
  freeBytes(folder) {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function nodeFile(path: string, fd: number): LogFile {
  openFiles.set(fd, path);
  return {
    size: () => fstatSync(fd).size,
    readAt: (into, position) => naming(fd, 'read', () => readAll(fd, into, position)),
    writeAt: (bytes, position) => naming(fd, 'written', () => writeAll(fd, bytes, position)),
    sync: () => naming(fd, 'fsynced', () => fdatasyncSync(fd)),
    close: () => {
      openFiles.delete(fd);
      closeSync(fd);
    },
  };
}

function readAll(fd: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(fd, into, done, into.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** A short write is not an error to Node: the rest must be written by us. */
function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const written = writeSync(fd, bytes, done, bytes.length - done, position + done);
    if (written === 0) throw new Error(`wrote 0 of ${bytes.length - done} bytes`);
    done += written;
  }
}

/** The system's error about a descriptor does not say which file it was; an operator needs to know. */
function naming<T>(fd: number, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const path = openFiles.get(fd);
    const named = new Error(`${path} could not be ${what}: ${message}`, { cause: error });
    throw Object.assign(named, { path }, code !== undefined && { code });
  }
}
