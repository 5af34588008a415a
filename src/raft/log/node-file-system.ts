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
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FileSystem, LogFile } from './file-system.ts';

const OWNER_ONLY = 0o600;

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
  open: (path) => nodeFile(openSync(path, 'r+')),
  create: (path) => nodeFile(openSync(path, 'w+', OWNER_ONLY)),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),
  syncFolder,
};

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function nodeFile(fd: number): LogFile {
  return {
    size: () => fstatSync(fd).size,
    readAt(into, position) {
      let done = 0;
      while (done < into.length) {
        const read = readSync(fd, into, done, into.length - done, position + done);
        if (read === 0) break;
        done += read;
      }
      return done;
    },
    writeAt(bytes, position) {
      // A short write is not an error to Node: the rest must be written by us.
      for (let done = 0; done < bytes.length; ) {
        const written = writeSync(fd, bytes, done, bytes.length - done, position + done);
        if (written === 0) throw new Error(`wrote 0 of ${bytes.length - done} bytes`);
        done += written;
      }
    },
    sync: () => fdatasyncSync(fd),
    close: () => closeSync(fd),
  };
}
