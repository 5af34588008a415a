import type { Message, NodeId } from '../core/messages.ts';
import type { TransportLimits } from './limits.ts';
import { Refused } from './refusals.ts';

interface Waiter {
  readonly request: Message;
  readonly resolve: (response: Message) => void;
}

/**
 * Unary calls whose answer the core will give as a message of its own. The core knows no calls,
 * so the oldest one of that peer that fits by kind and echoed fields gets it.
 */
export class ReplyWaiters {
  readonly #limits: Pick<TransportLimits, 'maxUnaryCallsPerPeer' | 'unaryTimeoutMs'>;
  readonly #waiting = new Map<NodeId, Waiter[]>();

  constructor(limits: Pick<TransportLimits, 'maxUnaryCallsPerPeer' | 'unaryTimeoutMs'>) {
    this.#limits = limits;
  }

  /** Null when no answer came in time. Throws `Refused` 'overloaded'. */
  wait(peer: NodeId, request: Message): Promise<Message | null> {
    const waiting = this.#waiting.get(peer) ?? [];
    if (waiting.length >= this.#limits.maxUnaryCallsPerPeer) {
      throw new Refused('overloaded', `${waiting.length} calls of ${peer} wait for an answer`);
    }
    this.#waiting.set(peer, waiting);
    return new Promise((resolve) => {
      const waiter = { request, resolve: settle };
      const timer = setTimeout(settle, this.#limits.unaryTimeoutMs, null);
      waiting.push(waiter);

      function settle(response: Message | null): void {
        clearTimeout(timer);
        waiting.splice(waiting.indexOf(waiter), 1);
        resolve(response);
      }
    });
  }

  /** True when the message went to a waiting call, and so must not be sent. */
  settle(peer: NodeId, response: Message): boolean {
    const waiter = this.#waiting.get(peer)?.find(({ request }) => answers(response, request));
    waiter?.resolve(response);
    return waiter !== undefined;
  }
}

function answers(response: Message, request: Message): boolean {
  switch (response.kind) {
    case 'VoteResponse':
      return request.kind === 'VoteRequest' && request.body.pre_vote === response.body.pre_vote;
    case 'AppendEntriesResponse':
      return (
        request.kind === 'AppendEntriesRequest' &&
        request.body.read_round === response.body.read_round
      );
    case 'ReadIndexResponse':
      return (
        request.kind === 'ReadIndexRequest' && request.body.request_id === response.body.request_id
      );
    default:
      return false;
  }
}
