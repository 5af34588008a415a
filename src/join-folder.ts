import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeIdOf } from './data-folder.ts';
import type { JoinBundle } from './join-bundle.ts';
import { OperatorError } from './operator-error.ts';
import { CERTIFICATE_MODE, KEY_MODE, keyFiles } from './pki/key-files.ts';

/**
 * Puts what a join bundle brings into the data folder of the new node, so that the folder alone is
 * enough from then on: `cluster.json` and `pki/`. A folder that is this node's already is left as it
 * is; one that a first try left half done is filled anew.
 */
export function prepareJoin(bundle: JoinBundle, folder: string): void {
  const { node_id } = bundle;
  const owner = nodeIdOf(folder);
  if (owner === node_id) return;
  if (owner !== null) {
    throw new OperatorError(
      `${folder} holds the data of node ${owner}: give ${node_id} an empty folder of its own (--data)`,
    );
  }
  refuseOtherContent(folder);
  try {
    writeAll(bundle, folder);
  } catch (error) {
    throw new OperatorError(
      `${folder} cannot be made the folder of ${node_id} (${(error as Error).message}): ` +
        'choose an empty folder on a local disk that this user may write to',
      { cause: error },
    );
  }
}

/** The settings of a folder that joined: `null` when it did not. */
export function joinedClusterFile(folder: string): string | null {
  const path = join(folder, 'cluster.json');
  return existsSync(path) ? path : null;
}

function refuseOtherContent(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const other = names.find((name) => !/^(pki|cluster\.json|wal|lock\.db(-\w+)?)$/.test(name));
  if (other === undefined) return;
  throw new OperatorError(`${folder} holds "${other}": give the new node an empty folder (--data)`);
}

function writeAll(bundle: JoinBundle, folder: string): void {
  const { node_id, cluster, ca, certificate, key, receipt_key } = bundle;
  const pki = join(folder, 'pki');
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  const files = keyFiles.node(pki, node_id);
  writeFileSync(keyFiles.authority(pki).certificate, ca, { mode: CERTIFICATE_MODE, flush: true });
  writeFileSync(files.certificate, certificate, { mode: CERTIFICATE_MODE, flush: true });
  writeFileSync(files.key, key, { mode: KEY_MODE, flush: true });
  writeFileSync(keyFiles.receipt(pki).key, receipt_key, { mode: KEY_MODE, flush: true });
  const text = `${JSON.stringify(cluster, null, 2)}\n`;
  writeFileSync(join(folder, 'cluster.json'), text, { flush: true });
  for (const path of [pki, folder]) {
    const handle = openSync(path, 'r');
    fsyncSync(handle);
    closeSync(handle);
  }
}
