import type { DataFolder } from './data-folder.ts';
import { OperatorError } from './operator-error.ts';
import { LogReverted } from './raft/core/log-reverted.ts';
import { OtherDirectory } from './raft/core/other-directory.ts';
import { LogCorruption } from './raft/log/errors.ts';

/** The log cannot be written, or an entry not applied: going on could break a promise. */
export function stoppedForGood(
  id: string,
  { path }: Pick<DataFolder, 'path'>,
  error: Error,
): OperatorError {
  return new OperatorError(`node ${id} had to stop: ${error.message}. ${wayOut(id, path, error)}`, {
    cause: error,
  });
}

function wayOut(id: string, path: string, error: Error): string {
  const others = 'The other nodes go on, and have all that was acknowledged';
  // These say it themselves.
  if (error instanceof LogCorruption || error instanceof LogReverted) return others;
  if (error instanceof OtherDirectory) return others;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return `${others}. Make room on the disk of ${path}, and start the node again`;
  }
  return (
    `${others}. See to the disk of ${path} (its log is wal/, its state lms.db; dmesg tells more) and ` +
    `start the node again. If the disk is failing, replace the node: npx lms-admin add-node ` +
    `--replaces ${id}. If it stops at the same entry, report its log`
  );
}

/** The others decided so. */
export function removedForGood(id: string, { path }: Pick<DataFolder, 'path'>): OperatorError {
  return new OperatorError(
    `node ${id} was removed from the cluster and can never take part again: ` +
      `take it out of cluster.json, and delete ${path}. A node that is to take its place needs a new ` +
      "id: see 'npx lms-admin add-node --help'",
  );
}
