import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ClusterFile } from './cluster-file.ts';
import { openDataFolder } from './data-folder.ts';
import { beginningOf, configurationOf, memberOf } from './first-members.ts';
import { stageState, swapState } from './lms/state-file.ts';
import { OperatorError } from './operator-error.ts';
import { openLog } from './raft/log/open-log.ts';
import type { LogIdentity } from './raft/log/segment-header.ts';
import type { LogPosition } from './raft/ports.ts';
import { syncAndHash } from './raft/snapshot/durable-file.ts';
import { type Snapshot, SnapshotStore } from './raft/snapshot/snapshot-store.ts';

/** A state in a file of its own, and what it is of. */
interface GivenState extends LogPosition {
  readonly path: string;
  /** Changes the copy before it becomes the state: to the same on all nodes. */
  readonly prepare?: (copy: string) => void;
}

const logger = pino({ level: 'warn' });

/**
 * Leaves a node's data folder as a node leaves it that has installed this state and was stopped: the
 * snapshot, the state in it, and a log that begins behind it. The members are those of `cluster`, who have
 * never met: all of them must begin with the same state. `node.json` comes last, so that no node starts with half
 * of it. Rejects with `OperatorError` when the folder holds something.
 */
export async function layOutFolder(
  state: GivenState,
  cluster: ClusterFile,
  node_id: string,
  path: string,
  alsoBring: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const identity = { cluster_id: cluster.cluster_id, node_id };
  const folder = openDataFolder(path, identity);
  try {
    if (folder.has_identity || existsSync(join(path, 'wal'))) {
      throw new OperatorError(`${path} holds data of ${node_id} already: choose an empty --data`);
    }
    const snapshot = await storeSnapshot(state, cluster, join(path, 'snapshots'));
    await stageState(join(path, 'lms.db'), snapshot.path);
    swapState(join(path, 'lms.db'));
    await alsoBring();
    await beginLog(state, identity, join(path, 'wal'));
    folder.writeIdentity(beginningOf(cluster, null));
  } finally {
    folder.release();
  }
}

async function storeSnapshot(
  { path, index, term, prepare }: GivenState,
  cluster: ClusterFile,
  folder: string,
): Promise<Snapshot> {
  const store = await SnapshotStore.open(folder, logger);
  await copyFile(path, store.takingPath);
  prepare?.(store.takingPath);
  const bytes = await syncAndHash(store.takingPath);
  return await store.add(store.takingPath, {
    last_included_index: index,
    last_included_term: term,
    configuration: configurationOf(cluster.nodes.map(memberOf)),
    configuration_index: 0,
    ...bytes,
  });
}

async function beginLog(
  { index, term }: LogPosition,
  identity: LogIdentity,
  folder: string,
): Promise<void> {
  const log = await openLog({ folder, identity, logger });
  const durable = new Promise<void>((resolve, reject) => {
    log.onDurable = () => resolve();
    log.onFailure = reject;
  });
  const hard_state = { term, voted_for: null };
  log.append({ seq: 1, hard_state, reset: { index, term }, entries: [] });
  await durable;
  await log.close();
}
