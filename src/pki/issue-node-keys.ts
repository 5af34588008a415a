import { readFile } from 'node:fs/promises';
import { issueNodeCertificate, type PemPair, readAuthority } from './certificates.ts';
import { assertClusterId, assertNodeId } from './identity.ts';
import { keyFiles } from './key-files.ts';
import { KeysError } from './keys-error.ts';
import { loadReceiptKey } from './load-receipt-key.ts';

export interface IssuedKeys extends PemPair {
  /** PEM of what all nodes of the cluster trust. */
  readonly ca: string;
  /** PEM of the key that all nodes of the cluster sign receipts with. */
  readonly receipt_key: string;
}

/**
 * Makes the key and the certificate of a new node of a cluster that exists; nothing is written.
 * `folder` must hold `ca.key` and `receipt.key`. Throws `KeysError` 'missing', 'unreadable', 'mismatch', 'other_cluster',
 * 'bad_id'.
 */
export async function issueNodeKeys(
  folder: string,
  cluster_id: string,
  node_id: string,
  now = new Date(),
): Promise<IssuedKeys> {
  assertClusterId(cluster_id);
  assertNodeId(node_id);
  const files = keyFiles.authority(folder);
  const ca = await readAuthorityFile(files.certificate);
  const key = await readAuthorityFile(files.key);
  const authority = readPair(files, { certificate: ca, key });
  if (authority === null) {
    throw new KeysError(
      'mismatch',
      `${files.key} is not the key of ${files.certificate}: restore both from where the keys were made`,
    );
  }
  if (authority.cluster_id !== cluster_id) {
    throw new KeysError(
      'other_cluster',
      `${files.certificate} is of cluster ${authority.cluster_id}, not of ${cluster_id}: use the pki folder of this cluster`,
    );
  }
  const receipt = await loadReceiptKey(folder);
  const receipt_key = receipt.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    ca,
    receipt_key,
    ...(await issueNodeCertificate(authority, { cluster_id, node_id }, now)),
  };
}

async function readAuthorityFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') {
      throw new KeysError('unreadable', `${path} cannot be read: ${message}`, { cause: error });
    }
    throw new KeysError(
      'missing',
      `${path} is missing: nodes are added where the CA of the cluster is kept, which 'lms-admin init' made (--pki)`,
      { cause: error },
    );
  }
}

function readPair(files: { certificate: string; key: string }, pem: PemPair) {
  try {
    return readAuthority(pem);
  } catch (error) {
    throw new KeysError(
      'unreadable',
      `${files.key} and ${files.certificate} are no CA (${(error as Error).message}): restore both from where the keys were made`,
      { cause: error },
    );
  }
}
