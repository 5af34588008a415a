import { readFile, stat } from 'node:fs/promises';
import { KeysError } from './keys-error.ts';

/** Throws `KeysError` 'missing' or 'unreadable'. */
export async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new KeysError(
        'missing',
        `${path} is missing: make the cluster's keys with 'lms-admin init', or copy this node's files from where they were made`,
        { cause: error },
      );
    }
    throw new KeysError('unreadable', `${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Throws `KeysError` 'permissions'. Windows has no such bits: Node reports 0666 for every file there. */
export async function assertPrivate(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const found = await stat(path).catch(() => null);
  if (found === null || (found.mode & 0o077) === 0) return;
  throw new KeysError(
    'permissions',
    `${path} has mode 0${(found.mode & 0o777).toString(8)}, so others on this machine may use the key: run 'chmod 600 ${path}'`,
  );
}

/** What `read` makes of the text of a file; throws `KeysError` 'unreadable' where it throws. */
export function parsePem<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new KeysError(
      'unreadable',
      `${path} is not valid PEM (${(error as Error).message}): restore it from where the keys were made`,
      { cause: error },
    );
  }
}
