import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { backupDigest, type NamedFile, notABackup, readBackup } from './backup-file.ts';
import { bringFiles } from './bring-files.ts';
import type { loadClusterFile } from './config.ts';
import { nodeOf } from './config.ts';
import { layOutFolder } from './lay-out-folder.ts';
import { endLogins } from './lms/end-logins.ts';
import { OperatorError } from './operator-error.ts';

interface Restoration {
  readonly backup: string;
  /** Where the contents of files are, as in `blobs/` of a node; `undefined`: nowhere. */
  readonly files: string | undefined;
  /** The settings of the new cluster, and where they stand. */
  readonly cluster: ReturnType<typeof loadClusterFile>;
  readonly config: string;
  readonly id: string;
  /** The data folder to make. */
  readonly data: string;
}

interface Restored {
  readonly index: number;
  readonly term: number;
  /** Contents that the state names and `files` does not have. */
  readonly lacking: readonly NamedFile[];
}

/**
 * Makes the data folder of one node of a new cluster that begins with a backup. Nobody is logged in there.
 * Rejects with `OperatorError` when the settings are not of a cluster that begins with this very backup: two nodes with
 * different ones could hold different states under the same entries.
 */
export async function restoreNode(given: Restoration): Promise<Restored> {
  const { backup, cluster, config, id, data, files: source } = given;
  const { id: node_id } = nodeOf(cluster, config, id);
  await requireSameBackup(given);
  const { index, term, files } = readBackup(backup);
  let lacking: readonly NamedFile[] = files;
  const state = { path: backup, index, term, prepare: (copy: string) => prepare(copy, backup) };
  await layOutFolder(state, cluster, node_id, data, async () => {
    if (source === undefined) return;
    ({ lacking } = await bringFiles(join(data, 'blobs'), files, (file) => read(source, file)));
  });
  return { index, term, lacking };
}

async function requireSameBackup({ backup, cluster, config }: Restoration): Promise<void> {
  const { restored_from: wanted } = cluster;
  if (wanted === undefined) {
    throw new OperatorError(
      `${config} is of a cluster that begins empty: make the settings of a new one with ` +
        `'npx lms-admin init --dir DIR --backup ${backup}'`,
    );
  }
  const found = await backupDigest(backup);
  if (found === wanted) return;
  throw new OperatorError(
    `${config} is of a cluster that begins with the backup of SHA-256 ${wanted}, and ${backup} has ` +
      `${found}: all nodes must begin with the same file`,
  );
}

function prepare(copy: string, backup: string): void {
  try {
    endLogins(copy);
  } catch (error) {
    throw notABackup(backup, error);
  }
}

function read(folder: string, { sha256 }: NamedFile) {
  const path = join(folder, sha256.slice(0, 2), sha256);
  return Promise.resolve(existsSync(path) ? createReadStream(path) : null);
}
