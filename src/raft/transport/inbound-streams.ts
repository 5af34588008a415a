import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { ForwardRequest, ForwardResponse, Message, NodeId } from '../core/messages.ts';
import type { FrameName } from './frames.ts';
import type { Handshake } from './handshake.ts';
import { LANE_HEADER } from './lanes.ts';
import type { TransportLimits } from './limits.ts';
import type { PeerCounters } from './peer-counters.ts';
import { PeerStream } from './peer-stream.ts';
import { type Refusals, Refused, refusedByPeer } from './refusals.ts';
import { checkedForwardRequest, checkedMessage, count } from './validate.ts';

export interface InboundStreamsOptions {
  readonly own: Handshake;
  readonly limits: TransportLimits;
  readonly refusals: Refusals;
  /** Its handshake is accepted; may throw `Refused`. */
  readonly onConnected: (peer: NodeId, handshake: Handshake) => void;
  readonly countersOf: (peer: NodeId) => PeerCounters;
  readonly onMessage: (from: NodeId, message: Message, directoryId: string) => void;
  readonly onForward: (from: NodeId, request: ForwardRequest) => Promise<ForwardResponse>;
}

interface Accepted {
  readonly peer: NodeId;
  readonly directory: string;
  readonly stream: PeerStream;
}

/** The streams that peers dialled: their messages come in here, and only answers go out. */
export class InboundStreams {
  readonly #options: InboundStreamsOptions;
  readonly #current = new Map<string, Accepted>();
  readonly #forwardsRunning = new Map<NodeId, number>();

  constructor(options: InboundStreamsOptions) {
    this.#options = options;
  }

  accept(peer: NodeId, http: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { own, limits, refusals, countersOf } = this.#options;
    const key = `${peer} ${String(headers[LANE_HEADER] ?? '')}`;
    let accepted: Accepted | null = null;
    const stream = new PeerStream(http, { own, peer }, limits, countersOf(peer), {
      onOpen: (handshake) => {
        this.#options.onConnected(peer, handshake);
        accepted = { peer, directory: handshake.directory_id, stream };
        // A peer that dials again has given up the stream before; what is left there is old.
        this.#current.get(key)?.stream.close();
        this.#current.set(key, accepted);
        stream.send('Handshake', own);
      },
      onFrame: (name, body) => {
        if (accepted !== null) this.#receive(accepted, name, body);
      },
      onRefused: (refused) => refusals.record(refused, peer),
    });
    http.on('close', () => {
      stream.outbox.close();
      if (this.#current.get(key)?.stream === stream) this.#current.delete(key);
    });
    http.respond({ ':status': 200 });
  }

  /** Who is not welcome any more may try again, and is then told why not. */
  keep(isWelcome: (peer: NodeId, directory: string) => boolean): void {
    for (const { peer, directory, stream } of this.#current.values()) {
      if (!isWelcome(peer, directory)) stream.close();
    }
  }

  #receive(from: Accepted, name: FrameName, body: Record<string, unknown>): void {
    const { peer, directory, stream } = from;
    switch (name) {
      case 'ForwardRequest':
        this.#forward(peer, stream, body);
        return;
      case 'Refusal':
        throw refusedByPeer(body);
      case 'Handshake':
      case 'ForwardResponse':
        throw new Refused('unknown_kind', `a ${name} does not come as a message`);
      default:
        this.#options.onMessage(
          peer,
          checkedMessage(name, body, peer, this.#options.limits),
          directory,
        );
    }
  }

  #forward(peer: NodeId, stream: PeerStream, body: Record<string, unknown>): void {
    const call_id = count(body, 'call_id');
    const running = this.#forwardsRunning.get(peer) ?? 0;
    try {
      if (running >= this.#options.limits.maxForwardsInFlight) {
        throw new Refused('overloaded', `${running} calls of ${peer} are being served`);
      }
      const request = checkedForwardRequest(body, this.#options.limits);
      this.#forwardsRunning.set(peer, running + 1);
      this.#answer(peer, stream, call_id, request);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#options.refusals.record(error, peer);
      stream.send('Refusal', { call_id, code: error.reason, message: error.message });
    }
  }

  /**
   * A full queue drops the answer: the caller has its deadline. What the caller waits for is the entry
   * itself, so only a refusal is urgent.
   */
  #answer(peer: NodeId, stream: PeerStream, call_id: number, request: ForwardRequest): void {
    const { onForward, refusals } = this.#options;
    onForward(peer, request)
      .then(
        (response) => {
          const urgency = response.error === '' ? 'patient' : undefined;
          stream.send('ForwardResponse', { call_id, ...response }, urgency);
        },
        (error: Error) => {
          const refused = new Refused('unserved', error.message);
          refusals.record(refused, peer);
          stream.send('Refusal', { call_id, code: refused.reason, message: refused.message });
        },
      )
      .finally(() => {
        this.#forwardsRunning.set(peer, (this.#forwardsRunning.get(peer) ?? 1) - 1);
      });
  }
}
