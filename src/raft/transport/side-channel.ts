import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { NodeId } from '../core/messages.ts';
import { type DialOptions, dial } from './dial.ts';
import { pump } from './pump.ts';
import { TransportError } from './transport-error.ts';

export interface SideRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Bounds the whole exchange; without it only silence is bounded (`sideIdleMs`). */
  readonly signal?: AbortSignal;
}

export interface SideResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Throws when the response breaks off. Leaving it early cancels the request. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Requests to peers' handlers, on a session of their own so that they never delay Raft frames. */
export class SideChannel {
  readonly #options: DialOptions;
  readonly #sessions = new Map<NodeId, ClientHttp2Session>();
  readonly #cancels = new WeakMap<ClientHttp2Session, number>();

  constructor(options: DialOptions) {
    this.#options = options;
  }

  request(peer: NodeId, address: string, request: SideRequest): Promise<SideResponse> {
    const session = this.#sessionTo(peer, address);
    const stream = session.request(
      { ...request.headers, ':method': request.method, ':path': request.path },
      {
        endStream: request.body === undefined,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      },
    );
    const { sideIdleMs } = this.#options.limits;
    stream.setTimeout(sideIdleMs, () => {
      const message = `${peer} was silent for ${sideIdleMs} ms`;
      stream.destroy(new TransportError('timeout', { peer, sent: !stream.pending, message }));
    });
    stream.on('close', () => this.#closed(peer, session, stream));
    const response = responseOf(peer, stream);
    if (request.body !== undefined) upload(request.body, stream);
    return response;
  }

  drop(peer: NodeId): void {
    this.#sessions.get(peer)?.destroy();
    this.#sessions.delete(peer);
  }

  close(): void {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
  }

  #sessionTo(peer: NodeId, address: string): ClientHttp2Session {
    const current = this.#sessions.get(peer);
    if (current !== undefined && !current.closed && !current.destroyed) return current;
    const session = dial(peer, address, this.#options);
    this.#sessions.set(peer, session);
    return session;
  }

  /** A session with many cancelled streams finishes what it has and is replaced. */
  #closed(peer: NodeId, session: ClientHttp2Session, stream: ClientHttp2Stream): void {
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR) return;
    const cancels = (this.#cancels.get(session) ?? 0) + 1;
    this.#cancels.set(session, cancels);
    if (cancels < this.#options.limits.maxCancelsPerSession) return;
    if (this.#sessions.get(peer) === session) this.#sessions.delete(peer);
    if (!session.destroyed) session.close();
  }
}

function responseOf(peer: NodeId, stream: ClientHttp2Stream): Promise<SideResponse> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: Error) => {
      if (cause instanceof TransportError) reject(cause);
      const message = `no response from ${peer}: ${cause?.message ?? 'the stream was closed'}`;
      reject(new TransportError('unreachable', { peer, sent: !stream.pending, message, cause }));
    };
    // Also raised when the session breaks after the response; then the body's reader hears of it.
    stream.on('error', fail);
    stream.on('close', () => fail());
    stream.once('response', (headers) => {
      resolve({ status: headers[':status'] ?? 0, headers, body: stream });
    });
  });
}

function upload(body: Uint8Array | AsyncIterable<Uint8Array>, stream: ClientHttp2Stream): void {
  if (body instanceof Uint8Array) stream.end(body);
  else pump(body, stream).catch((error: Error) => stream.destroy(error));
}
