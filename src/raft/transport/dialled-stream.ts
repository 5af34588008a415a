import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import type { Member, NodeId } from '../core/messages.ts';
import { decode } from './codec.ts';
import { type Dialled, type DialOptions, dial } from './dial.ts';
import type { FrameName } from './frames.ts';
import type { Handshake } from './handshake.ts';
import { LANE_HEADER, type Lane, STREAM_PATH } from './lanes.ts';
import type { PeerCounters } from './peer-counters.ts';
import { PeerStream } from './peer-stream.ts';
import { Refused, refusedByPeer } from './refusals.ts';
import { WrongCertificateError } from './tls-options.ts';

export interface DialledStreamEvents {
  /** It came in order. May throw `Refused`. */
  readonly onHandshake: (handshake: Handshake) => void;
  /** The peer's handshake is accepted. */
  readonly onOpen: () => void;
  readonly onFrame: (name: FrameName, body: Record<string, unknown>) => void;
  readonly onRefused: (refused: Refused) => boolean;
  /** Exactly once; also when it never opened. */
  readonly onClose: (error: Error | null) => void;
}

export interface DialledStreamOptions extends DialOptions {
  readonly own: Handshake;
  readonly counters: PeerCounters;
}

/** One lane to a peer, on a session of its own. Any part of it fails: all of it closes. */
export class DialledStream {
  readonly #peer: NodeId;
  readonly #options: DialledStreamOptions;
  readonly #events: DialledStreamEvents;
  readonly #dialled: Dialled;
  readonly #timer: NodeJS.Timeout;
  #stream: PeerStream | null = null;
  #connected = false;
  #isOpen = false;
  #isClosed = false;
  #error: Error | null = null;

  constructor(
    member: Member,
    lane: Lane,
    options: DialledStreamOptions,
    events: DialledStreamEvents,
  ) {
    this.#peer = member.id;
    this.#options = options;
    this.#events = events;
    const { connectTimeoutMs } = options.limits;
    this.#timer = setTimeout(
      () => this.close(new Error(`${member.id} gave no handshake within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    this.#dialled = dial(member.id, member.raft, options, (error) => this.close(error));
    const { session } = this.#dialled;
    session.on('error', (error) => this.#fail(error));
    session.on('close', () => this.close(null));
    session.on('connect', () => this.#request(session, lane));
  }

  /** Null until it is open, and from the moment that it is closed. */
  get stream(): PeerStream | null {
    return this.#isOpen ? this.#stream : null;
  }

  /** `onClose` is called before this returns, unless it was before. */
  close(error: Error | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isOpen = false;
    this.#error ??= error;
    clearTimeout(this.#timer);
    this.#dialled.hangUp();
    this.#stream?.outbox.close();
    this.#events.onClose(this.#error);
  }

  #request(session: ClientHttp2Session, lane: Lane): void {
    this.#connected = true;
    const http = session.request(
      { ':method': 'POST', ':path': STREAM_PATH, [LANE_HEADER]: lane },
      { endStream: false },
    );
    // A broken session raises this on its streams too.
    http.on('error', (error) => this.close(error));
    http.on('close', () => this.close(new Error(`${this.#peer} closed the stream`)));
    http.once('response', (headers) => {
      if (headers[':status'] === constants.HTTP_STATUS_OK) this.#shakeHands(http);
      else this.#readRefusal(http);
    });
  }

  #shakeHands(http: ClientHttp2Stream): void {
    const { own, limits, counters } = this.#options;
    this.#stream = new PeerStream(http, { own, peer: this.#peer }, limits, counters, {
      onOpen: (handshake) => {
        this.#events.onHandshake(handshake);
        clearTimeout(this.#timer);
        this.#isOpen = true;
        this.#events.onOpen();
      },
      onFrame: this.#events.onFrame,
      onRefused: (refused) => {
        if (!this.#isOpen) this.#error ??= refused;
        return this.#events.onRefused(refused);
      },
    });
    this.#stream.send('Handshake', own);
  }

  #readRefusal(http: ClientHttp2Stream): void {
    http.once('data', (bytes: Buffer) => {
      try {
        this.#fail(refusedByPeer(decode(bytes)));
      } catch (error) {
        this.#fail(error as Error);
      }
    });
  }

  #fail(error: Error): void {
    const cause = this.#connected ? error : failureToConnect(error);
    this.#error ??= cause;
    if (cause instanceof Refused) this.#events.onRefused(cause);
  }
}

/** The network's failure (it has a system call), or a refusal by TLS, theirs or ours. */
function failureToConnect(error: Error & { code?: string; syscall?: string }): Error {
  if (error instanceof WrongCertificateError) {
    return new Refused('wrong_certificate', error.message);
  }
  const isNetwork = error.syscall !== undefined || error.code === 'ECONNRESET';
  if (isNetwork || error.code === undefined) return error;
  return new Refused('tls', `TLS failed: ${error.message}`);
}
