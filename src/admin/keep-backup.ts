import { existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Backup, backupDigest, readBackup } from '../backup-file.ts';
import { OperatorError } from '../operator-error.ts';

export interface KeptBackup extends Backup {
  readonly path: string;
  readonly size_bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Keeps what `write` puts into a file as the file `out`, or in the folder `out` under `name`. Only what is
 * durable and a sound backup gets that name; a file that has it already is replaced. Rejects with
 * `OperatorError`, and leaves nothing then.
 *
 * @param write fills the file that it is given, which is there and empty, and which only its owner may read
 * @param wanted SHA-256 (hex) that it must have
 */
export async function keepBackup(
  out: string,
  name: string,
  write: (file: string) => Promise<void>,
  wanted?: string,
): Promise<KeptBackup> {
  const path = isFolder(out) ? join(out, name) : out;
  const part = `${path}.part`;
  await make(part);
  try {
    await write(part);
    await sync(part);
    const sha256 = await backupDigest(part);
    if (wanted !== undefined && wanted !== sha256) throw otherBytes();
    const kept = { ...readBackup(part), path, size_bytes: statSync(part).size, sha256 };
    await rename(part, path);
    await sync(dirname(path));
    return kept;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** In place of what an earlier run left that was killed. */
async function make(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await using _empty = await open(path, 'wx', 0o600);
  } catch (error) {
    throw new OperatorError(
      `${path} cannot be written (${(error as Error).message}): correct --out`,
    );
  }
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path);
  await handle.sync();
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function otherBytes(): OperatorError {
  return new OperatorError(
    'the bytes that came are not those that the node meant to send, and nothing was kept: run it again, ' +
      'with another --url',
  );
}
