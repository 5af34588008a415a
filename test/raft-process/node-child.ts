import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RaftStatus } from '../../src/raft/status.ts';
import type { NodePlan, Order } from './node-program.ts';

export interface ChildStatus extends RaftStatus {
  readonly chainHash: string;
  readonly appliedAtStart: number;
  /** Index of the first entry that was applied one by one in this process; 0: none yet. */
  readonly firstApplied: number;
  /** Parts of snapshots that came. */
  readonly parts: number;
}

/** A node of its own process, that takes orders one after the other. */
export class NodeChild {
  readonly #child: ChildProcess;
  readonly exited: Promise<unknown>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = once(child, 'exit');
  }

  /** Resolves when it takes part, or has ended already. */
  static async start(plan: NodePlan): Promise<NodeChild> {
    const program = new URL('./node-program.ts', import.meta.url);
    const node = new NodeChild(fork(program, [JSON.stringify(plan)], { execArgv: [] }));
    await Promise.race([once(node.#child, 'message'), node.exited]);
    return node;
  }

  /** Waits for the orders before it: an answer does not say which of them it answers. */
  order(order: Order): Promise<unknown> {
    const answer = this.#last.then(() => this.#ask(order));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask(order: Order): Promise<unknown> {
    const answered = once(this.#child, 'message');
    // Told through the callback; an 'error' event without a listener would end the test.
    const lost = new Promise<never>((_resolve, reject) => {
      this.#child.send(order, (error) => error !== null && reject(error));
    });
    const ended = this.exited.then(() => [{ error: 'the process ended' }]);
    const [reply] = await Promise.race([answered, ended, lost]);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.answer;
  }

  async status(): Promise<ChildStatus> {
    return (await this.order({ kind: 'status' })) as ChildStatus;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}
