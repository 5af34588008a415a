import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import type { NodeId } from '../core/messages.ts';
import { type Dialled, type DialOptions, dial } from './dial.ts';
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

interface SideSession extends Dialled {
  readonly peer: NodeId;
  cancels: number;
}

/** Requests to peers' handlers, on a session of their own so that they never delay Raft frames. */
export class SideChannel {
  readonly #options: DialOptions;
  /** The one for new requests, per peer. */
  readonly #current = new Map<NodeId, SideSession>();
  /** All, with those that only finish what they have. */
  readonly #live = new Set<SideSession>();

  constructor(options: DialOptions) {
    this.#options = options;
  }

  request(peer: NodeId, address: string, request: SideRequest): Promise<SideResponse> {
    const side = this.#sessionTo(peer, address);
    const stream = side.session.request(
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
    stream.on('close', () => this.#closed(side, stream));
    const response = responseOf(peer, stream);
    if (request.body !== undefined) upload(request.body, stream);
    return response;
  }

  drop(peer: NodeId): void {
    for (const side of this.#live) if (side.peer === peer) side.hangUp();
  }

  close(): void {
    for (const side of this.#live) side.hangUp();
  }

  #sessionTo(peer: NodeId, address: string): SideSession {
    const current = this.#current.get(peer);
    if (current !== undefined && !current.session.closed && !current.session.destroyed) {
      return current;
    }
    const dialled = dial(peer, address, this.#options, () => dialled.hangUp());
    const side = { peer, cancels: 0, ...dialled };
    this.#current.set(peer, side);
    this.#live.add(side);
    side.session.on('close', () => this.#live.delete(side));
    return side;
  }

  /** A session with many cancelled streams finishes what it has and is replaced. */
  #closed(side: SideSession, stream: ClientHttp2Stream): void {
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR) return;
    side.cancels += 1;
    if (side.cancels >= this.#options.limits.maxCancelsPerSession) side.session.close();
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
      resolve({ status: headers[':status'] ?? 0, headers, body: readFromNow(stream) });
    });
  });
}

/**
 * Reading begins before anybody asks: of a stream that was not read when it closed, Node gives nothing but
 * an error, though all of a short response had arrived.
 */
function readFromNow(stream: ClientHttp2Stream): AsyncIterable<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<Uint8Array>> | null = pieces.next();
  first.catch(() => {});
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const piece = first ?? pieces.next();
        first = null;
        return piece;
      },
      return: async () => {
        await pieces.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}

function upload(body: Uint8Array | AsyncIterable<Uint8Array>, stream: ClientHttp2Stream): void {
  if (body instanceof Uint8Array) stream.end(body);
  else pump(body, stream).catch((error: Error) => stream.destroy(error));
}
