import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeIdOf } from './data-folder.ts';
import { copyState } from './lms/copy-state.ts';
import { OperatorError } from './operator-error.ts';
import { FolderInUse } from './raft/log/errors.ts';
import { lockFolder } from './raft/log/folder-lock.ts';

/**
 * Copies the state in the data folder of a node that does not run to the file `target`: what the node had
 * applied and written there, which may be less than the others have. Rejects with `OperatorError`.
 */
export async function copyFolder(folder: string, target: string): Promise<void> {
  const database = join(folder, 'lms.db');
  if (nodeIdOf(folder) === null || !existsSync(database)) {
    throw new OperatorError(`${folder} is no data folder of a node with a state: correct --data`);
  }
  const lock = take(folder);
  try {
    await copyState({ database, target }, new AbortController().signal);
  } catch (error) {
    throw new OperatorError(`${database} cannot be copied: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    lock.release();
  }
}

function take(folder: string) {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new OperatorError(`${error.message}: back up a node that runs with --url`, {
      cause: error,
    });
  }
}
