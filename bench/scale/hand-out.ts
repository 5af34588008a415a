import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ClusterFile } from '../../src/cluster-file.ts';
import { openDataFolder } from '../../src/data-folder.ts';
import { beginningOf, configurationOf, memberOf } from '../../src/first-members.ts';
import { openLog } from '../../src/raft/log/open-log.ts';
import { type Snapshot, SnapshotStore } from '../../src/raft/snapshot/snapshot-store.ts';

/**
 * Leaves a node's data folder as a node leaves it that has installed this snapshot and was stopped: the
 * snapshot, the state in it, and a log that begins behind it. The members are those of `file`.
 */
export async function handOut(
  snapshot: Snapshot,
  file: ClusterFile,
  node_id: string,
  path: string,
): Promise<void> {
  const logger = pino({ level: 'warn' });
  const identity = { cluster_id: file.cluster_id, node_id };
  const folder = openDataFolder(path, identity);
  try {
    const log = await openLog({ folder: join(path, 'wal'), identity, logger });
    const { last_included_index: index, last_included_term: term } = snapshot;
    const durable = new Promise<void>((resolve, reject) => {
      log.onDurable = () => resolve();
      log.onFailure = reject;
    });
    const hard_state = { term, voted_for: null };
    log.append({ seq: 1, hard_state, reset: { index, term }, entries: [] });
    await durable;
    await log.close();
    folder.writeIdentity(beginningOf(file, null));
    const store = await SnapshotStore.open(join(path, 'snapshots'), logger);
    copyFileSync(snapshot.path, store.takingPath);
    copyFileSync(snapshot.path, join(path, 'lms.db'));
    const { path: _, ...meta } = snapshot;
    const configuration = configurationOf(file.nodes.map(memberOf));
    await store.add(store.takingPath, { ...meta, configuration, configuration_index: 0 });
  } finally {
    folder.release();
  }
}
