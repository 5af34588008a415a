import type { ForwardRequest, ForwardResponse, Member, Message } from '../core/messages.ts';
import type { DialledStreamEvents, DialledStreamOptions } from './dialled-stream.ts';
import { ForwardCalls } from './forward-calls.ts';
import { encodeFrame, type FrameName } from './frames.ts';
import { LANES, laneOf } from './lanes.ts';
import { Link } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { PeerStatus } from './peer-counters.ts';
import { type Refusals, Refused, refusedByPeer, type TransportLogger } from './refusals.ts';
import { checkedForwardResponse, count } from './validate.ts';

export interface PeerConnectionOptions extends DialledStreamOptions {
  readonly refusals: Refusals;
  readonly logger: TransportLogger;
  readonly onHandshake: DialledStreamEvents['onHandshake'];
  readonly onReachable: (reachable: boolean) => void;
}

/** Keeps a link to one peer: dials, dials again, and sends what the link can take. */
export class PeerConnection {
  readonly member: Member;
  readonly #options: PeerConnectionOptions;
  readonly #calls: ForwardCalls;
  #link: Link;
  #redialTimer: NodeJS.Timeout | null = null;
  #failedDials = 0;
  #openings = 0;
  #closed = false;

  constructor(member: Member, options: PeerConnectionOptions) {
    this.member = member;
    this.#options = options;
    this.#calls = new ForwardCalls(member.id, options.limits);
    this.#link = this.#dial();
  }

  get reachable(): boolean {
    return this.#link.isOpen;
  }

  send(message: Message): void {
    const outbox = this.#outbox(message.kind);
    if (outbox === null) {
      this.#options.counters.frames_dropped += 1;
      return;
    }
    const frame = encodeFrame(message.kind, message.body);
    if (frame.length > this.#options.limits.maxMessageBytes) {
      this.#options.logger.warn(
        { peer: this.member.id, kind: message.kind, bytes: frame.length },
        'dropped: the message is over maxMessageBytes',
      );
      this.#options.counters.frames_dropped += 1;
      return;
    }
    outbox.push(frame);
  }

  forward(request: ForwardRequest, deadlineMs: number): Promise<ForwardResponse> {
    return this.#calls.start(this.#outbox('ForwardRequest'), request, deadlineMs);
  }

  /** The peer is known to be up: do not sit out the pause before the next dial. */
  wake(): void {
    if (this.#redialTimer === null) return;
    clearTimeout(this.#redialTimer);
    this.#redial();
  }

  close(): void {
    this.#closed = true;
    if (this.#redialTimer !== null) clearTimeout(this.#redialTimer);
    this.#redialTimer = null;
    const wasOpen = this.#link.isOpen;
    this.#link.close();
    this.#linkClosed(wasOpen, null);
  }

  status(): PeerStatus {
    const outboxes = LANES.flatMap((lane) => this.#link.lane(lane)?.outbox ?? []);
    return {
      ...this.#options.counters,
      reachable: this.reachable,
      queued_frames: outboxes.reduce((sum, outbox) => sum + outbox.queuedFrames, 0),
      queued_bytes: outboxes.reduce((sum, outbox) => sum + outbox.queuedBytes, 0),
      forwards_in_flight: this.#calls.inFlight,
    };
  }

  /** Null while the link is not open as a whole. */
  #outbox(name: FrameName): Outbox | null {
    return this.#link.isOpen ? (this.#link.lane(laneOf(name))?.outbox ?? null) : null;
  }

  #dial(): Link {
    let opened = false;
    return new Link(this.member, this.#options, {
      onHandshake: this.#options.onHandshake,
      onOpen: () => {
        opened = true;
        this.#opened();
      },
      onFrame: (name, body) => this.#receive(name, body),
      onRefused: (refused) => this.#options.refusals.record(refused, this.member.id),
      onClose: (error) => this.#linkClosed(opened, error),
    });
  }

  #opened(): void {
    this.#failedDials = 0;
    this.#openings += 1;
    if (this.#openings > 1) this.#options.counters.reconnects += 1;
    this.#options.logger.info({ peer: this.member.id, raft: this.member.raft }, 'peer connected');
    this.#options.onReachable(true);
  }

  #linkClosed(opened: boolean, error: Error | null): void {
    this.#calls.failAll();
    if (opened) {
      this.#options.logger.info(
        { peer: this.member.id, error: error?.message },
        'peer disconnected',
      );
      this.#options.onReachable(false);
    } else if (error !== null) {
      this.#options.logger.debug({ peer: this.member.id, error: error?.message }, 'dial failed');
    }
    if (this.#closed) return;
    this.#redialTimer = setTimeout(() => this.#redial(), this.#pauseMs());
  }

  #redial(): void {
    this.#redialTimer = null;
    this.#link = this.#dial();
  }

  /** Doubles with each failure; jittered, so that nodes do not dial each other in step. */
  #pauseMs(): number {
    const { backoffMinMs, backoffMaxMs } = this.#options.limits;
    const full = Math.min(backoffMaxMs, backoffMinMs * 2 ** this.#failedDials);
    this.#failedDials += 1;
    return full * (0.5 + Math.random() / 2);
  }

  /** The dialled streams bring only answers: the peer's own messages come on its own streams. */
  #receive(name: FrameName, body: Record<string, unknown>): void {
    if (name === 'ForwardResponse') {
      this.#calls.answer(count(body, 'call_id'), checkedForwardResponse(body));
      return;
    }
    if (name !== 'Refusal') {
      throw new Refused('unknown_kind', `a ${name} does not come as an answer`);
    }
    const call_id = count(body, 'call_id');
    const refused = refusedByPeer(body);
    if (call_id === 0) throw refused;
    this.#calls.refuse(call_id, refused.message);
  }
}
