import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { NodeId } from '../core/messages.ts';
import { respond } from './http-body.ts';
import { keepAlive } from './keep-alive.ts';
import type { TransportLimits } from './limits.ts';
import { type Refusals, Refused } from './refusals.ts';
import { http2Options, type TransportKeys, tlsOptions } from './tls-options.ts';

export interface PeerServerOptions {
  readonly keys: TransportKeys;
  readonly limits: TransportLimits;
  readonly refusals: Refusals;
  /** Throws `Refused` for who is not let in. */
  readonly admit: (node: NodeId) => void;
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
  readonly #server: Server;
  /** Of whom each session is, oldest first; null: of nobody in this cluster. */
  readonly #sessions = new Map<TLSSocket, NodeId | null>();
  readonly #sockets = new Set<Socket>();

  constructor(options: PeerServerOptions) {
    this.#options = options;
    this.#server = createServer({
      ...tlsOptions(options.keys),
      requestCert: true,
      handshakeTimeout: options.limits.connectTimeoutMs,
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', (error, socket) => this.#refuseTls(error, socket));
    this.#server.on('secureConnection', (socket) => this.#accept(socket));
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
    for (const [socket, peer] of this.#sessions) {
      if (peer !== null && this.#isStranger(peer)) socket.destroy();
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      // Not their sessions: those would wait until a last frame is written.
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #refuseTls(error: Error, socket: TLSSocket): void {
    const why = socket.authorizationError ?? error.message;
    this.#options.refusals.record(new Refused('tls', `TLS failed: ${String(why)}`), null);
  }

  #accept(socket: TLSSocket): void {
    const { keys, limits } = this.#options;
    const certificate = socket.getPeerX509Certificate();
    const peer = certificate === undefined ? null : keys.nodeOf(certificate);
    this.#sessions.set(socket, peer);
    socket.on('close', () => this.#sessions.delete(socket));
    this.#endOldest(peer);

    const session = performServerHandshake(socket, http2Options(limits));
    session.on('error', () => undefined);
    session.setLocalWindowSize(limits.sessionWindowBytes);
    keepAlive(session, limits, () => socket.destroy());
    session.on('stream', (stream, headers) => this.#route(peer, session, stream, headers));
  }

  #endOldest(peer: NodeId | null): void {
    const same = [...this.#sessions].filter(([, other]) => other === peer);
    if (same.length > this.#options.limits.maxSessionsPerPeer) same[0]?.[0].destroy();
  }

  #route(
    peer: NodeId | null,
    session: ServerHttp2Session,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): void {
    // A broken session raises this on each of its streams; unhandled, it would end the process.
    stream.on('error', () => undefined);
    try {
      this.#options.onRequest(this.#member(peer), stream, headers);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#options.refusals.record(error, peer);
      const { reason: code, message } = error;
      respond(stream, constants.HTTP_STATUS_FORBIDDEN, { code, message });
      // Not before: whoever is told that the session goes away reads no answer any more.
      stream.once('close', () => session.close());
    }
  }

  /** Throws `Refused`. */
  #member(peer: NodeId | null): NodeId {
    if (peer === null) {
      throw new Refused('wrong_certificate', 'the certificate names no node of this cluster');
    }
    this.#options.admit(peer);
    return peer;
  }

  #isStranger(peer: NodeId): boolean {
    try {
      this.#options.admit(peer);
      return false;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return true;
    }
  }
}
