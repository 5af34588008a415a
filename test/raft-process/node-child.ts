import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RaftStatus } from '../../src/raft/node.ts';
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

  async order(order: Order): Promise<unknown> {
    const answered = once(this.#child, 'message');
    this.#child.send(order);
    const ended = this.exited.then(() => [{ error: 'the process ended' }]);
    const [reply] = await Promise.race([answered, ended]);
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
