import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import type { NodeId } from '../core/messages.ts';
import type { TransportLimits } from './limits.ts';

/** What the transport needs of a node's keys; `ca`, `certificate` and `key` are PEM texts. */
export interface TransportKeys {
  readonly cluster_id: string;
  readonly node_id: NodeId;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** The node of this cluster that a certificate signed by `ca` speaks for, or null. */
  readonly nodeOf: (certificate: X509Certificate) => NodeId | null;
}

/** Both ends show a certificate and check the other's against the cluster's CA, in TLS 1.3 only. */
export function tlsOptions(keys: TransportKeys) {
  return {
    ca: keys.ca,
    cert: keys.certificate,
    key: keys.key,
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    noDelay: true,
    ALPNProtocols: ['h2'] as string[],
  } as const;
}

export function http2Options(limits: TransportLimits) {
  return {
    maxSessionMemory: limits.maxSessionMemoryMiB,
    peerMaxConcurrentStreams: limits.maxStreamsPerSession,
    settings: {
      enablePush: false,
      initialWindowSize: limits.streamWindowBytes,
      maxConcurrentStreams: limits.maxStreamsPerSession,
    },
  } as const;
}

/** For `tls.connect`: the name that counts is the node in the certificate, not the host. */
export function expectNode(keys: TransportKeys, expected: NodeId) {
  return (_host: string, certificate: PeerCertificate): Error | undefined => {
    const found = keys.nodeOf(new X509Certificate(certificate.raw));
    if (found === expected) return undefined;
    return new WrongCertificateError(expected, found);
  };
}

export class WrongCertificateError extends Error {
  override readonly name = 'WrongCertificateError';

  constructor(expected: NodeId, found: NodeId | null) {
    super(
      `the certificate at the address of ${expected} is of ${found ?? 'no node of this cluster'}`,
    );
  }
}
