import type { NodeId } from '../core/messages.ts';
import type { TransportLimits } from './limits.ts';
import { Refused } from './refusals.ts';

/**
 * Two nodes speak only when these are equal; what is optional is a feature. Goes up when some node could
 * not read what another writes, be it a command of the log.
 */
export const PROTOCOL_VERSION = 3;
export const FEATURES: readonly string[] = [];

const ADDRESS = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/;

/** The first frame of a stream, in both directions. */
export interface Handshake {
  readonly cluster_id: string;
  readonly node_id: NodeId;
  /** Of the folder with its log, see `core/directories.ts`. */
  readonly directory_id: string;
  readonly protocol_version: number;
  /** What the sender understands beyond the version; unknown names are ignored. */
  readonly features: readonly string[];
  /** `host:port` where the sender listens for peers; for those who do not know it as a member. */
  readonly raft?: string;
}

export interface Self {
  readonly cluster_id: string;
  readonly node_id: NodeId;
  readonly directory_id: string;
  readonly raft?: string;
}

export function ownHandshake(self: Self): Handshake {
  return { ...self, protocol_version: PROTOCOL_VERSION, features: FEATURES };
}

/** The peer's handshake, or a throw of `Refused`. `peer` is whom its certificate names. */
export function checkedHandshake(
  body: Readonly<Record<string, unknown>>,
  own: Handshake,
  peer: NodeId,
  limits: TransportLimits,
): Handshake {
  const { cluster_id, node_id, directory_id, protocol_version, features, raft } = body;
  if (
    typeof cluster_id !== 'string' ||
    typeof node_id !== 'string' ||
    typeof protocol_version !== 'number' ||
    !isFeatures(features, limits) ||
    !isAddress(raft, limits)
  ) {
    throw new Refused(
      'malformed_handshake',
      'a handshake is {cluster_id, node_id, directory_id, protocol_version, features, raft?}',
    );
  }
  if (cluster_id !== own.cluster_id) {
    throw new Refused(
      'wrong_cluster',
      `this is cluster ${own.cluster_id}, not ${quote(cluster_id)}`,
    );
  }
  if (protocol_version !== own.protocol_version) {
    throw new Refused(
      'wrong_version',
      `${own.node_id} speaks protocol version ${own.protocol_version}, not ${protocol_version}: run versions that overlap`,
    );
  }
  if (!isDirectory(directory_id, limits)) {
    throw new Refused('malformed_handshake', 'directory_id must say which data folder this is');
  }
  if (node_id !== peer) {
    throw new Refused(
      'wrong_node',
      `the certificate is of ${peer}, the handshake of ${quote(node_id)}`,
    );
  }
  const known = { cluster_id, node_id, directory_id, protocol_version, features };
  return raft === undefined ? known : { ...known, raft };
}

function isDirectory(value: unknown, limits: TransportLimits): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= limits.maxIdLength;
}

function isFeatures(value: unknown, limits: TransportLimits): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= limits.maxFeatures &&
    value.every((feature) => typeof feature === 'string')
  );
}

function isAddress(value: unknown, limits: TransportLimits): value is string | undefined {
  if (value === undefined) return true;
  return typeof value === 'string' && value.length <= limits.maxIdLength && ADDRESS.test(value);
}

/** A stranger's text on its way to our log and to its own. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
