import type { ForwardRequest, ForwardResponse, NodeId } from '../core/messages.ts';
import { encodeFrame } from './frames.ts';
import type { TransportLimits } from './limits.ts';
import type { Outbox, QueuedFrame } from './outbox.ts';
import { TransportError, type TransportErrorCode } from './transport-error.ts';

interface Call {
  readonly frame: QueuedFrame;
  readonly outbox: Outbox;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (response: ForwardResponse) => void;
  readonly reject: (error: TransportError) => void;
}

/** The ForwardRequests to one peer that wait for their answer, by `call_id`. */
export class ForwardCalls {
  readonly #peer: NodeId;
  readonly #limits: Pick<TransportLimits, 'maxForwardsInFlight' | 'maxMessageBytes'>;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;

  constructor(
    peer: NodeId,
    limits: Pick<TransportLimits, 'maxForwardsInFlight' | 'maxMessageBytes'>,
  ) {
    this.#peer = peer;
    this.#limits = limits;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  /** `outbox` null: there is no connection. Rejects with `TransportError`. */
  start(
    outbox: Outbox | null,
    request: ForwardRequest,
    deadlineMs: number,
  ): Promise<ForwardResponse> {
    if (outbox === null) return this.#failed('unreachable', `no connection to ${this.#peer}`);
    if (this.#calls.size >= this.#limits.maxForwardsInFlight) {
      return this.#failed('refused', `${this.#calls.size} calls to ${this.#peer} are in flight`);
    }
    this.#lastId += 1;
    const call_id = this.#lastId;
    const bytes = encodeFrame('ForwardRequest', { call_id, ...request });
    if (bytes.length > this.#limits.maxMessageBytes) {
      return this.#failed('refused', `a request of ${bytes.length} bytes is over the limit`);
    }
    const frame = outbox.push(bytes);
    if (frame === null) return this.#failed('refused', `the queue to ${this.#peer} is full`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#timeOut(call_id, deadlineMs), deadlineMs);
      this.#calls.set(call_id, { frame, outbox, timer, resolve, reject });
    });
  }

  answer(call_id: number, response: ForwardResponse): void {
    this.#take(call_id)?.resolve(response);
  }

  refuse(call_id: number, message: string): void {
    this.#take(call_id)?.reject(this.#error('refused', true, message));
  }

  /** The connection broke: whatever was written may have arrived. */
  failAll(): void {
    for (const [call_id, { frame }] of this.#calls) {
      const sent = frame.state === 'written';
      const message = `the connection to ${this.#peer} broke before the answer came`;
      this.#take(call_id)?.reject(this.#error('unreachable', sent, message));
    }
  }

  #timeOut(call_id: number, deadlineMs: number): void {
    const call = this.#take(call_id);
    if (call === undefined) return;
    call.outbox.withdraw(call.frame);
    const sent = call.frame.state === 'written';
    call.reject(
      this.#error('timeout', sent, `no answer from ${this.#peer} within ${deadlineMs} ms`),
    );
  }

  #take(call_id: number): Call | undefined {
    const call = this.#calls.get(call_id);
    if (call !== undefined) clearTimeout(call.timer);
    this.#calls.delete(call_id);
    return call;
  }

  #failed(code: TransportErrorCode, message: string): Promise<never> {
    return Promise.reject(this.#error(code, false, message));
  }

  #error(code: TransportErrorCode, sent: boolean, message: string): TransportError {
    return new TransportError(code, { peer: this.#peer, sent, message });
  }
}
