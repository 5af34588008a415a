import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterFile, ClusterNode } from './cluster-file.ts';
import { type Exit, NodeProcess } from './node-process.ts';
import { OperatorError } from './operator-error.ts';

type Print = (line: string) => void;

const readyTimeoutMs = 60_000;
const stopGraceMs = 10_000;

/** All nodes of a cluster as processes on this machine. */
export class LocalCluster {
  readonly #nodes: readonly { readonly node: ClusterNode; readonly process: NodeProcess }[];
  readonly #folder: string;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<never>();
  /** Its nodes have never met, so all are needed. */
  readonly #isNew: boolean;
  #stopping = false;

  /** Starts them at once. @param env added to their environment */
  constructor(file: ClusterFile, folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#failed.promise.catch(() => undefined);
    this.#isNew = !file.nodes.some(({ id }) => existsSync(join(folder, id, 'node.json')));
    this.#nodes = file.nodes.map((node) => ({
      node,
      process: new NodeProcess({
        id: node.id,
        config: join(folder, 'cluster.json'),
        data: join(folder, node.id),
        log_file: this.#logFile(node.id),
        env,
      }),
    }));
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /**
   * Resolves when all are ready that run, or `stop` was called. Rejects when so many have ended that the others
   * cannot go on. Who has ended is for `watch` to report.
   */
  async ready(print: Print): Promise<void> {
    const late = new OperatorError(
      `the nodes are not ready after ${readyTimeoutMs / 1000} s: see ${join(this.#folder, 'logs')}`,
    );
    const timer = setTimeout(() => this.#failed.reject(late), readyTimeoutMs);
    try {
      for (const { process } of this.#nodes) {
        process.exited.then(() => this.#endedBeforeReady(process));
      }
      for (const { node, process } of this.#nodes) {
        const settled = Promise.race([process.ready, process.exited, this.#stopped.promise]);
        await Promise.race([this.#failed.promise, settled]);
        if (this.stopping) return;
        if (!process.running) continue;
        const data = join(this.#folder, node.id);
        print(
          `${node.id.padEnd(9)} ${node.api}  raft ${node.raft}  data ${data}  pid ${process.pid}`,
        );
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Resolves after `stop`. A node that ends by itself is reported and left alone: whoever killed it
   * meant it, and what stops a node for good must be looked at, not tried again.
   */
  async watch(print: Print): Promise<void> {
    let left = this.#nodes.length;
    const ended = this.#nodes.map(async ({ node, process }) => {
      const exit = await process.exited;
      left -= 1;
      if (this.stopping) return;
      print(`${node.id.padEnd(9)} ended (${describe(exit)}) ${process.stderr}`.trimEnd());
      if (left === 0) return;
      print(
        `          the others go on; again: npx lms-node --config ${join(this.#folder, 'cluster.json')} ` +
          `--id ${node.id} --data ${join(this.#folder, node.id)}`,
      );
    });
    await Promise.all(ended);
    if (!this.stopping) throw new OperatorError('all nodes have ended: see their lines above');
  }

  /** Idempotent. Resolves when all have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopped.resolve();
    await Promise.all(this.#nodes.map(({ process }) => process.stop(stopGraceMs)));
  }

  #logFile(id: string): string {
    return join(this.#folder, 'logs', `${id}.log`);
  }

  #endedBeforeReady(process: NodeProcess): void {
    const running = this.#nodes.filter((one) => one.process.running).length;
    if (!this.#isNew && running > this.#nodes.length / 2) return;
    const said = process.stderr === '' ? `see ${this.#logFile(process.id)}` : process.stderr;
    this.#failed.reject(new OperatorError(`node ${process.id} did not start: ${said}`));
  }
}

function describe({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`;
}
