import { randomUUIDv7 } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterFile } from '../cluster-file.ts';
import { loadClusterTemplate } from '../config.ts';
import { OperatorError } from '../operator-error.ts';
import { createClusterKeys } from '../pki/create-cluster-keys.ts';
import { KeysError } from '../pki/keys-error.ts';

export const defaultBasePort = 8001;
export const maxLocalNodes = 9;
/** From the API port of a node to its Raft port. */
const raftPortOffset = 1000;

export interface NewCluster {
  readonly folder: string;
  readonly nodes: number;
  /** API ports `base_port…`, Raft ports 1000 above; all on 127.0.0.1 until the file is edited. */
  readonly base_port: number;
  /** SHA-256 (hex) of the backup that it begins with. */
  readonly restored_from?: string;
}

/** Makes `cluster.json` and `pki/` of a new cluster in `folder`; refuses to overwrite either. */
export async function createCluster(cluster: NewCluster): Promise<ClusterFile> {
  assertSize(cluster);
  const path = join(cluster.folder, 'cluster.json');
  if (existsSync(path)) {
    throw new OperatorError(
      `${path} exists, and a cluster's identity is never overwritten: ` +
        'choose another --dir, or move this one away if its cluster is gone',
    );
  }
  const file: ClusterFile = {
    cluster_id: randomUUIDv7(),
    ...(cluster.restored_from !== undefined && { restored_from: cluster.restored_from }),
    ...loadClusterTemplate(),
    nodes: localNodes(cluster),
  };
  const pki = join(cluster.folder, 'pki');
  await makeFolderAndKeys(cluster.folder, pki, file);
  await writeNew(path, `${JSON.stringify(file, null, 2)}\n`, pki);
  return file;
}

async function makeFolderAndKeys(folder: string, pki: string, file: ClusterFile): Promise<void> {
  const ids = file.nodes.map((node) => node.id);
  try {
    await mkdir(folder, { recursive: true });
    await createClusterKeys(pki, file.cluster_id, ids);
  } catch (error) {
    if (error instanceof KeysError) throw new OperatorError(error.message, { cause: error });
    throw new OperatorError(
      `${folder} cannot hold a cluster: ${(error as Error).message}: choose a folder that this user may write to`,
      { cause: error },
    );
  }
}

function localNodes({ nodes, base_port }: NewCluster): ClusterFile['nodes'] {
  return Array.from({ length: nodes }, (_, n) => ({
    id: `n${n + 1}`,
    raft: `127.0.0.1:${base_port + raftPortOffset + n}`,
    api: `http://127.0.0.1:${base_port + n}`,
  }));
}

function assertSize({ nodes, base_port }: NewCluster): void {
  if (!(Number.isInteger(nodes) && nodes >= 1 && nodes <= maxLocalNodes)) {
    throw new OperatorError(
      `--nodes ${nodes} is not possible: use a whole number from 1 to ${maxLocalNodes}`,
    );
  }
  const highest = 65_535 - raftPortOffset - nodes;
  if (!(Number.isInteger(base_port) && base_port >= 1 && base_port <= highest)) {
    throw new OperatorError(
      `--base-port ${base_port} leaves no room for ${nodes} nodes, whose Raft ports are ` +
        `${raftPortOffset} higher: use a whole number from 1 to ${highest}`,
    );
  }
}

/** Keys without their cluster.json serve nobody, so they go with it when it cannot be written. */
async function writeNew(path: string, text: string, pki: string): Promise<void> {
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(pki, { recursive: true, force: true });
    throw new OperatorError(`${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
