import type { NodeId } from '../../src/raft/core/messages.ts';
import type { Applied } from './machine.ts';
import { check } from './violation.ts';

/** What state machines have become: the same on all nodes, each request applied once. */
export class AppliedStates {
  /** The state machine's chain after each index. */
  readonly #chains = new Map<number, number>();
  readonly #firstApplied = new Map<string, number>();

  applied(id: NodeId, index: number, outcome: Applied | null, chain: number): void {
    const before = this.#chains.get(index) ?? chain;
    check(before === chain, 'StateMachineSafety', `the state of ${id} differs at ${index}`);
    this.#chains.set(index, chain);
    if (outcome === null) return;
    const { request_id: request } = outcome;
    const first = this.#firstApplied.get(request) ?? outcome.index;
    check(first === outcome.index, 'ExactlyOnce', `${request} at ${first} and ${index}`);
    this.#firstApplied.set(request, first);
  }

  installed(id: NodeId, index: number, chain: number): void {
    const same = this.#chains.get(index) === chain;
    check(same, 'StateMachineSafety', `the state of ${id} differs at ${index}, by a snapshot`);
  }
}
