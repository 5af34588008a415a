import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './lms/blobs/sync-folder.ts';

const randomBytesInPassword = 15;

/**
 * The random password of the first administrator, on the node whose proposal won. It is on the disk
 * before it is proposed, under another name: a crash in between loses no password that works.
 */
export class InitialPasswordFile {
  readonly path: string;
  readonly #folder: string;
  readonly #proposedPath: string;

  /** @param folder the data folder of the node */
  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'initial-admin-password');
    this.#proposedPath = `${this.path}.proposed`;
  }

  /** The password that was proposed before, `null` when there is none. */
  async proposed(): Promise<string | null> {
    try {
      return (await readFile(this.#proposedPath, 'utf8')).trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** The password to propose: the one of an earlier try, else a new one, which is fsynced. */
  async propose(): Promise<string> {
    const earlier = await this.proposed();
    if (earlier !== null && earlier !== '') return earlier;
    const password = randomBytes(randomBytesInPassword).toString('base64url');
    const file = await open(this.#proposedPath, 'w', 0o600);
    try {
      await file.writeFile(`${password}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(this.#folder);
    return password;
  }

  /** It is the password of the first administrator. */
  async keep(): Promise<void> {
    await rename(this.#proposedPath, this.path);
    await syncFolder(this.#folder);
  }

  /** Another node's password won. */
  async discard(): Promise<void> {
    await rm(this.#proposedPath, { force: true });
  }
}
