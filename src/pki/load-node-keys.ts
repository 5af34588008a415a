import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { assertNodeId, type Identity, identityOf } from './identity.ts';
import { keyFiles } from './key-files.ts';
import { KeysError } from './keys-error.ts';
import { assertPrivate, parsePem, readPem } from './read-key-file.ts';

/** What a node needs to speak to its peers; `ca`, `certificate` and `key` are PEM texts. */
export interface NodeKeys {
  readonly cluster_id: string;
  readonly node_id: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** SHA-256 of the certificate, hex with colons: the only thing of the keys to show in a status. */
  readonly fingerprint: string;
  /** The node of this cluster that a certificate signed by `ca` speaks for, or null. */
  readonly nodeOf: (certificate: X509Certificate) => string | null;
}

/**
 * Reads and checks the keys of one node.
 * Throws `KeysError`: 'missing', 'unreadable', 'permissions', 'mismatch' (key and certificate
 * are not a pair), 'other_cluster', 'other_node', 'expired', 'bad_id'.
 */
export async function loadNodeKeys(
  folder: string,
  node_id: string,
  now = new Date(),
): Promise<NodeKeys> {
  assertNodeId(node_id);
  const files = keyFiles.node(folder, node_id);
  const ca = await readPem(keyFiles.authority(folder).certificate);
  const certificate = await readPem(files.certificate);
  await assertPrivate(files.key);
  const key = await readPem(files.key);

  const parsed = parsePem(files.certificate, () => new X509Certificate(certificate));
  const authority = parsePem(keyFiles.authority(folder).certificate, () => new X509Certificate(ca));
  const private_key = parsePem(files.key, () => createPrivateKey(key));
  assertPair(files, parsed, private_key);
  const identity = checkIdentity(files.certificate, parsed, authority, node_id);
  assertCurrent(files.certificate, parsed, now);
  assertCurrent(keyFiles.authority(folder).certificate, authority, now);

  return {
    ...identity,
    ca,
    certificate,
    key,
    fingerprint: parsed.fingerprint256,
    nodeOf: (peer) => {
      const named = identityOf(peer);
      return named?.cluster_id === identity.cluster_id ? named.node_id : null;
    },
  };
}

function assertPair(
  files: { certificate: string; key: string },
  certificate: X509Certificate,
  key: KeyObject,
): void {
  if (certificate.checkPrivateKey(key)) return;
  throw new KeysError(
    'mismatch',
    `${files.key} is not the key of ${files.certificate}: copy both from where the keys were made`,
  );
}

function checkIdentity(
  path: string,
  certificate: X509Certificate,
  authority: X509Certificate,
  node_id: string,
): Identity {
  const identity = identityOf(certificate);
  if (identity === null || !certificate.verify(authority.publicKey)) {
    throw new KeysError(
      'other_cluster',
      `${path} was not made by the ca.crt beside it: a node needs the certificate and ca.crt of the same cluster`,
    );
  }
  if (identity.node_id !== node_id) {
    throw new KeysError(
      'other_node',
      `${path} belongs to node ${identity.node_id}, not ${node_id}: start with --id ${identity.node_id} or copy the files of ${node_id}`,
    );
  }
  return identity;
}

function assertCurrent(path: string, certificate: X509Certificate, now: Date): void {
  if (now >= certificate.validFromDate && now <= certificate.validToDate) return;
  throw new KeysError(
    'expired',
    `${path} is valid from ${certificate.validFrom} to ${certificate.validTo} and it is ${now.toISOString()} here: set this machine's clock, or make new keys`,
  );
}
