import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { hashFile } from './lms/blobs/hash-file.ts';
import { OperatorError } from './operator-error.ts';

/** Whose bytes a state names; `id` is one of the files that have them. */
export interface NamedFile {
  readonly id: string;
  /** Hex. */
  readonly sha256: string;
  readonly size_bytes: number;
}

/** What a backup says of itself. */
export interface Backup {
  /** The last entry of the log that it holds, and the term of that. */
  readonly index: number;
  readonly term: number;
  /** In the order of the log, each content once. */
  readonly files: readonly NamedFile[];
}

/** Has SQLite check the file, and reads what it is. Throws `OperatorError` when it is no good backup. */
export function readBackup(path: string): Backup {
  try {
    return inspect(path);
  } catch (error) {
    throw notABackup(path, error);
  }
}

/** SHA-256 (hex) of the file. Rejects with `OperatorError` when it cannot be read. */
export async function backupDigest(path: string): Promise<string> {
  try {
    await using handle = await open(path);
    return await hashFile(handle);
  } catch (error) {
    throw new OperatorError(`${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export function notABackup(path: string, error: unknown): OperatorError {
  return new OperatorError(
    `${path} is no good backup of this program's data (${(error as Error).message}): take another one`,
    { cause: error },
  );
}

function inspect(path: string): Backup {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const findings = database.prepare('PRAGMA quick_check(1)').all();
    const [finding] = findings.map((row) => String(row.quick_check));
    if (finding !== 'ok') throw new Error(finding);
    const position = database
      .prepare('SELECT applied_index AS "index", applied_term AS term FROM replica')
      .get() as { index: number; term: number };
    const files = database
      .prepare(
        `SELECT id, sha256, size_bytes, min(sequence) AS first FROM files
          WHERE expired_at IS NULL GROUP BY sha256 ORDER BY first`,
      )
      .all() as unknown as NamedFile[];
    return { ...position, files };
  } finally {
    database.close();
  }
}
