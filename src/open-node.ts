import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import type { NodeOptions } from './node.ts';
import { OperatorError } from './operator-error.ts';
import { loadNodeKeys, type NodeKeys } from './pki/load-node-keys.ts';
import { loadReceiptKey } from './pki/load-receipt-key.ts';
import { openLog } from './raft/log/open-log.ts';
import type { LogStore } from './raft/ports.ts';
import { startError } from './start-error.ts';

/** What a node opens before it loads the rest of itself. */
export interface OpenedNode {
  readonly keys: NodeKeys;
  readonly receipt_key: KeyObject;
  readonly folder: DataFolder;
  /** Its thread starts and recovers while this one loads. Rejects with `OperatorError`. */
  readonly log: Promise<LogStore>;
}

/**
 * Loads the keys, takes the folder and begins to open the log. What is open is closed with `parts`.
 * Rejects with `OperatorError` when the node cannot start.
 */
export async function openNode(
  options: Pick<NodeOptions, 'cluster' | 'node' | 'data_folder' | 'join_index' | 'logger'>,
  parts: AsyncDisposableStack,
): Promise<OpenedNode> {
  const { cluster, node, logger } = options;
  const identity = { cluster_id: cluster.cluster_id, node_id: node.id };
  const keys = await loadNodeKeys(cluster.pki_folder, node.id).catch(startError);
  const receipt_key = await loadReceiptKey(cluster.pki_folder).catch(startError);
  const folder = openDataFolder(options.data_folder, identity);
  parts.defer(() => folder.release());
  requireRestored(options, folder);
  const log = openLog({
    folder: join(folder.path, 'wal'),
    identity,
    limits: { reserveBytes: cluster.disk.reserve_bytes },
    mustExist: folder.has_identity,
    logger: logger.child({ part: 'log' }),
  }).catch(startError);
  // Whoever waits for the log hears why it did not open.
  const closed = log.then((opened) => () => opened.close()).catch(() => () => undefined);
  parts.defer(async () => (await closed)());
  return { keys, receipt_key, folder, log };
}

/** A first node of a restored cluster that began empty could help others that did to forget the backup. */
function requireRestored(
  {
    cluster,
    node,
    data_folder,
    join_index,
  }: Pick<NodeOptions, 'cluster' | 'node' | 'data_folder' | 'join_index'>,
  folder: DataFolder,
): void {
  const { restored_from } = cluster;
  if (restored_from === undefined || folder.has_identity || join_index !== null) return;
  throw new OperatorError(
    `${data_folder} is empty, and cluster.json is of a cluster that begins with the backup of SHA-256 ` +
      `${restored_from}: first make the folder with 'npx lms-admin restore --id ${node.id}'`,
  );
}
