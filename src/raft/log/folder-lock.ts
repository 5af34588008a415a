import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FolderInUse } from './errors.ts';
import { nodeFileSystem } from './node-file-system.ts';

export interface FolderLock {
  release(): void;
}

const LOCK_NAME = 'lock.db';

/** What is held must not be collected with the object that stands for it: that would let go of it. */
const held = new Set<DatabaseSync>();

/**
 * Takes the folder (made when missing, durably) for this process, or throws `FolderInUse`. Node has no
 * flock: an SQLite file held in an exclusive transaction has the same property, that the kernel
 * lets go of it when the process dies, however it dies.
 */
export function lockFolder(folder: string): FolderLock {
  nodeFileSystem.makeFolder(folder);
  const db = new DatabaseSync(join(folder, LOCK_NAME), { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw new FolderInUse(
      `${folder} is in use by another process, and two nodes on one folder would destroy its data. ` +
        'Stop the other one, or give this one a folder of its own (--data).',
    );
  }
  held.add(db);
  return {
    release: () => {
      held.delete(db);
      db.close();
    },
  };
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
