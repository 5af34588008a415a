import type { X509Certificate } from 'node:crypto';
import { KeysError } from './keys-error.ts';

/** Who a certificate speaks for: the one `urn:quorum-lms:<cluster_id>:<node_id>` in its SAN. */
export interface Identity {
  readonly cluster_id: string;
  readonly node_id: string;
}

const URI_PREFIX = 'urn:quorum-lms:';

/** A node id is also a DNS label (SNI, DNS SAN) and a file name. */
const NODE_ID = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const CLUSTER_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** These would be overwritten by, or taken for, the cluster's own files. */
const RESERVED_NODE_IDS: readonly string[] = ['ca', 'receipt'];

export function identityUri(identity: Identity): string {
  return `${URI_PREFIX}${identity.cluster_id}:${identity.node_id}`;
}

/** Null when the certificate names no node, or more than one. */
export function identityOf(certificate: X509Certificate): Identity | null {
  const names = (certificate.subjectAltName ?? '').split(', ');
  const uris = names.filter((name) => name.startsWith(`URI:${URI_PREFIX}`));
  const [cluster_id, node_id, ...rest] = (uris[0] ?? '')
    .slice(`URI:${URI_PREFIX}`.length)
    .split(':');
  if (uris.length !== 1 || cluster_id === undefined || node_id === undefined || rest.length > 0) {
    return null;
  }
  return CLUSTER_ID.test(cluster_id) && NODE_ID.test(node_id) ? { cluster_id, node_id } : null;
}

/** Throws `KeysError` 'bad_id'. */
export function assertClusterId(cluster_id: string): void {
  if (!CLUSTER_ID.test(cluster_id)) {
    throw new KeysError(
      'bad_id',
      `cluster id ${JSON.stringify(cluster_id)} cannot stand in a certificate: use 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit`,
    );
  }
}

/** Throws `KeysError` 'bad_id'. */
export function assertNodeId(node_id: string): void {
  if (!NODE_ID.test(node_id) || RESERVED_NODE_IDS.includes(node_id)) {
    throw new KeysError(
      'bad_id',
      `node id ${JSON.stringify(node_id)} cannot stand in a certificate: use 1 to 63 lower-case letters, digits or '-', not at either end, and not ${RESERVED_NODE_IDS.join(' or ')}`,
    );
  }
}
