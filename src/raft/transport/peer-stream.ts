import { constants, type Http2Stream } from 'node:http2';
import type { NodeId } from '../core/messages.ts';
import { decode } from './codec.ts';
import { encodeFrame, type FrameName, FrameReader, frameName } from './frames.ts';
import { checkedHandshake, type Handshake } from './handshake.ts';
import type { TransportLimits } from './limits.ts';
import { Outbox, type QueuedFrame } from './outbox.ts';
import type { PeerCounters } from './peer-counters.ts';
import { Refused, refusedByPeer } from './refusals.ts';

export interface PeerStreamEvents {
  /** The peer's handshake was accepted; frames follow. */
  readonly onOpen: (handshake: Handshake) => void;
  /** May throw `Refused`: the frame is then refused and the stream goes on. */
  readonly onFrame: (name: FrameName, body: Record<string, unknown>) => void;
  /** True: tell the peer too. */
  readonly onRefused: (refused: Refused) => boolean;
}

/** Frames both ways on an HTTP/2 stream; whoever opened that handles its 'error' and 'close'. */
export class PeerStream {
  readonly outbox: Outbox;
  readonly #stream: Http2Stream;
  readonly #reader: FrameReader;
  readonly #own: Handshake;
  readonly #peer: NodeId;
  readonly #limits: TransportLimits;
  readonly #counters: PeerCounters;
  readonly #events: PeerStreamEvents;
  #state: 'handshake' | 'open' | 'refused' = 'handshake';

  constructor(
    stream: Http2Stream,
    ends: { own: Handshake; peer: NodeId },
    limits: TransportLimits,
    counters: PeerCounters,
    events: PeerStreamEvents,
  ) {
    this.#stream = stream;
    this.#own = ends.own;
    this.#peer = ends.peer;
    this.#limits = limits;
    this.#events = events;
    this.outbox = new Outbox(stream, limits, counters);
    this.#counters = counters;
    // Until the handshake, the other end may make us hold only a little.
    this.#reader = new FrameReader(limits.maxHandshakeBytes, (kind, body) =>
      this.#receive(kind, body),
    );
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('end', () => this.#end());
  }

  /** Null when the queue is full. */
  send(name: FrameName, body: object, urgency?: 'patient'): QueuedFrame | null {
    return this.outbox.push(encodeFrame(name, body), urgency);
  }

  close(): void {
    this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'refused') return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#refuse(error, 'fatal');
    }
  }

  #receive(kind: number, bytes: Buffer): void {
    if (this.#state === 'refused') return;
    this.#counters.frames_received += 1;
    this.#counters.bytes_received += bytes.length;
    const severity = this.#state === 'open' ? 'frame' : 'fatal';
    try {
      const name = frameName(kind);
      if (this.#state === 'handshake') this.#shakeHands(name, bytes);
      else if (name === undefined) throw new Refused('unknown_kind', `no frame has kind ${kind}`);
      else this.#events.onFrame(name, decode(bytes));
    } catch (error) {
      this.#refuse(error, severity);
    }
  }

  #shakeHands(name: FrameName | undefined, bytes: Buffer): void {
    if (name === 'Refusal') throw refusedByPeer(decode(bytes));
    if (name !== 'Handshake') {
      throw new Refused('malformed_handshake', 'the first frame must be a handshake');
    }
    const handshake = checkedHandshake(decode(bytes), this.#own, this.#peer, this.#limits);
    this.#state = 'open';
    this.#reader.maxFrameBytes = this.#limits.maxMessageBytes;
    this.#events.onOpen(handshake);
  }

  #end(): void {
    // An aborted stream ends as well; that is a broken connection and nobody's fault.
    const isTruncated = this.#state !== 'refused' && !this.#reader.idle && !this.#stream.aborted;
    if (isTruncated)
      this.#refuse(new Refused('truncated', 'the stream ended inside a frame'), 'fatal');
    else this.close();
  }

  #refuse(error: unknown, severity: 'frame' | 'fatal'): void {
    if (!(error instanceof Refused)) throw error;
    const tell = this.#events.onRefused(error) || severity === 'fatal';
    // Two ends that refuse each other's refusals would never stop.
    if (tell && error.reason !== 'by_peer') {
      this.send('Refusal', { call_id: 0, code: error.reason, message: error.message });
    }
    if (severity === 'frame') return;
    this.#state = 'refused';
    // After the outbox's own tick, so that the refusal is still written.
    process.nextTick(() => this.close());
  }
}
