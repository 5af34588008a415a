import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { NodeId } from '../core/messages.ts';
import { respond } from './http-body.ts';
import { keepAlive } from './keep-alive.ts';
import type { TransportLimits } from './limits.ts';
import { type Refusals, Refused } from './refusals.ts';
import { http2Options, nodeOfSession, type TransportKeys, tlsOptions } from './tls-options.ts';

export interface PeerServerOptions {
  readonly keys: TransportKeys;
  readonly limits: TransportLimits;
  readonly refusals: Refusals;
  readonly isMember: (node: NodeId) => boolean;
  /** A request of a member whose certificate is its own. */
  readonly onRequest: (
    peer: NodeId,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ) => void;
}

/** Accepts sessions, and lets through the requests of those whose certificate names a member. */
export class PeerServer {
  readonly #options: PeerServerOptions;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Map<Http2Session, NodeId | null>();

  constructor(options: PeerServerOptions) {
    this.#options = options;
    this.#server = createSecureServer({
      ...tlsOptions(options.keys),
      ...http2Options(options.limits),
      requestCert: true,
      handshakeTimeout: options.limits.connectTimeoutMs,
    });
    this.#server.on('tlsClientError', (error, socket) => this.#refuseTls(error, socket));
    this.#server.on('session', (session) => this.#accept(session));
    this.#server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      this.#route(stream, headers),
    );
  }

  /** Rejects with what the system said. */
  listen(listen: { host: string; port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(listen, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Only while it listens. */
  get address(): AddressInfo {
    return this.#server.address() as AddressInfo;
  }

  /** Ends the sessions of nodes that are members no more. */
  dropStrangers(): void {
    for (const [session, peer] of this.#sessions) {
      if (peer !== null && !this.#options.isMember(peer)) session.destroy();
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const session of this.#sessions.keys()) session.destroy();
    });
  }

  #refuseTls(error: Error, socket: TLSSocket): void {
    const why = socket.authorizationError ?? error.message;
    this.#options.refusals.record(new Refused('tls', `TLS failed: ${String(why)}`), null);
  }

  #accept(session: ServerHttp2Session): void {
    const peer = nodeOfSession(this.#options.keys, session);
    this.#sessions.set(session, peer);
    session.on('error', () => undefined);
    session.on('close', () => this.#sessions.delete(session));
    session.setLocalWindowSize(this.#options.limits.sessionWindowBytes);
    keepAlive(session, this.#options.limits, () => session.destroy());
    this.#endOldest(peer);
  }

  #endOldest(peer: NodeId | null): void {
    const same = [...this.#sessions].filter(([, other]) => other === peer);
    if (same.length > this.#options.limits.maxSessionsPerPeer) same[0]?.[0].destroy();
  }

  #route(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // A broken session raises this on each of its streams; unhandled, it would end the process.
    stream.on('error', () => undefined);
    const peer = this.#peerOf(stream.session);
    const refused = this.#refusal(peer);
    if (peer !== null && refused === null) {
      this.#options.onRequest(peer, stream, headers);
      return;
    }
    if (refused !== null) {
      this.#options.refusals.record(refused, peer);
      respond(stream, constants.HTTP_STATUS_FORBIDDEN, {
        code: refused.reason,
        message: refused.message,
      });
    }
    stream.session?.close();
  }

  #peerOf(session: Http2Session | undefined): NodeId | null {
    return (session && this.#sessions.get(session)) ?? null;
  }

  #refusal(peer: NodeId | null): Refused | null {
    if (peer === null) {
      return new Refused('wrong_certificate', 'the certificate names no node of this cluster');
    }
    if (!this.#options.isMember(peer)) {
      return new Refused(
        'unknown_sender',
        `${peer} is not another member of the cluster as ${this.#options.keys.node_id} knows it`,
      );
    }
    return null;
  }
}
