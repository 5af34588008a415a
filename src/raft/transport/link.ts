import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import type { Member, NodeId } from '../core/messages.ts';
import { decode } from './codec.ts';
import { type DialOptions, dial } from './dial.ts';
import type { FrameName } from './frames.ts';
import type { Handshake } from './handshake.ts';
import { LANE_HEADER, LANES, type Lane, STREAM_PATH } from './lanes.ts';
import type { TransportLimits } from './limits.ts';
import type { PeerCounters } from './peer-counters.ts';
import { PeerStream } from './peer-stream.ts';
import { Refused, refusedByPeer } from './refusals.ts';
import { WrongCertificateError } from './tls-options.ts';

export interface LinkEvents {
  /** Both lanes are there and the peer's handshake is accepted. */
  readonly onOpen: () => void;
  readonly onFrame: (name: FrameName, body: Record<string, unknown>) => void;
  readonly onRefused: (refused: Refused) => boolean;
  /** Exactly once; also when it never opened. */
  readonly onClose: (error: Error | null) => void;
}

export interface LinkOptions extends DialOptions {
  readonly own: Handshake;
  readonly counters: PeerCounters;
}

/** One dialled session to a peer, with a stream per lane. Any part of it fails: all of it closes. */
export class Link {
  readonly #peer: NodeId;
  readonly #limits: TransportLimits;
  readonly #own: Handshake;
  readonly #counters: PeerCounters;
  readonly #events: LinkEvents;
  readonly #session: ClientHttp2Session;
  readonly #lanes = new Map<Lane, PeerStream>();
  readonly #timer: NodeJS.Timeout;
  #openLanes = 0;
  #connected = false;
  #isClosed = false;
  #error: Error | null = null;

  constructor(member: Member, options: LinkOptions, events: LinkEvents) {
    this.#peer = member.id;
    this.#limits = options.limits;
    this.#own = options.own;
    this.#counters = options.counters;
    this.#events = events;
    const { connectTimeoutMs } = options.limits;
    this.#timer = setTimeout(
      () => this.close(new Error(`${member.id} gave no handshake within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    this.#session = dial(member.id, member.raft, options);
    this.#session.on('error', (error) => this.#fail(error));
    this.#session.on('close', () => this.#closed());
    this.#session.on('connect', () => this.#openStreams());
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#openLanes === LANES.length;
  }

  /** Null until the link is open. */
  lane(lane: Lane): PeerStream | null {
    return this.isOpen ? (this.#lanes.get(lane) ?? null) : null;
  }

  get lanes(): Iterable<PeerStream> {
    return this.#lanes.values();
  }

  close(error: Error | null): void {
    if (error !== null) this.#error ??= error;
    this.#session.destroy();
  }

  #openStreams(): void {
    this.#connected = true;
    for (const lane of LANES) {
      const stream = this.#session.request(
        { ':method': 'POST', ':path': STREAM_PATH, [LANE_HEADER]: lane },
        { endStream: false },
      );
      stream.on('error', () => undefined);
      stream.once('response', (headers) => {
        if (headers[':status'] === constants.HTTP_STATUS_OK) this.#openLane(lane, stream);
        else this.#readRefusal(stream);
      });
      stream.on('close', () => this.close(new Error(`${this.#peer} closed the stream`)));
    }
  }

  #openLane(lane: Lane, stream: ClientHttp2Stream): void {
    const ends = { own: this.#own, peer: this.#peer };
    const peerStream = new PeerStream(stream, ends, this.#limits, this.#counters, {
      onOpen: () => {
        this.#openLanes += 1;
        if (!this.isOpen) return;
        clearTimeout(this.#timer);
        this.#events.onOpen();
      },
      onFrame: this.#events.onFrame,
      onRefused: (refused) => this.#refused(refused),
    });
    this.#lanes.set(lane, peerStream);
    peerStream.send('Handshake', this.#own);
  }

  #readRefusal(stream: ClientHttp2Stream): void {
    stream.once('data', (bytes: Buffer) => {
      this.#fail(refusedByPeer(decode(bytes)));
    });
  }

  #refused(refused: Refused): boolean {
    if (!this.isOpen) this.#error ??= refused;
    return this.#events.onRefused(refused);
  }

  #fail(error: Error): void {
    const refused = this.#connected ? error : refusedByTls(error);
    this.#error ??= refused;
    if (refused instanceof Refused) this.#events.onRefused(refused);
  }

  #closed(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const lane of this.#lanes.values()) lane.outbox.close();
    this.#events.onClose(this.#error);
  }
}

/** A failed connect is the network's (it has a system call) or a refusal by TLS, theirs or ours. */
function refusedByTls(error: Error & { code?: string; syscall?: string }): Error {
  if (error instanceof WrongCertificateError)
    return new Refused('wrong_certificate', error.message);
  const isNetwork = error.syscall !== undefined || error.code === 'ECONNRESET';
  if (isNetwork || error.code === undefined) return error;
  return new Refused('tls', `TLS failed: ${error.message}`);
}
