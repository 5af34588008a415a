import { closeSync, constants, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The files of the state: `lms.db`, and beside it SQLite's own. A copy of another state takes their
 * place in two steps: the long one beside the running state, the short one when nobody has it open.
 */

/** Where `stageState` puts the copy; worth nothing after a crash. */
function stagedPath(path: string): string {
  return `${path}.new`;
}

/** Copies `from` to beside `path`, durably, without holding up the event loop. */
export async function stageState(path: string, from: string): Promise<void> {
  const staged = stagedPath(path);
  rmSync(staged, { force: true });
  // Shares the blocks where the file system can, so that it takes no time and no space.
  await copyFile(from, staged, constants.COPYFILE_FICLONE);
  const handle = await open(staged, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Puts the staged copy in the place of the state. Of the old one nothing is left before the new one
 * gets its name: a write-ahead log of another file beside it would be its ruin. After a crash in
 * between there is no state, and the start makes it again.
 */
export function swapState(path: string): void {
  removeState(path);
  renameSync(stagedPath(path), path);
  syncFolder(dirname(path));
}

export function removeState(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  syncFolder(dirname(path));
}

/**
 * Keeps the file for somebody who looks for the cause of the damage: the first ones, with which it began, and the
 * last one. A node that finds its state damaged at every start does not fill its disk.
 */
export function setStateAside(path: string): string {
  const names = ['damaged', 'damaged.2', 'damaged.3'].map((name) => `${path}.${name}`);
  const aside = names.find((name) => !existsSync(name)) ?? `${path}.damaged.3`;
  renameSync(path, aside);
  return aside;
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
