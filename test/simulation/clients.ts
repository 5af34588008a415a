import type { Conditions } from './conditions.ts';
import type { EventHeap } from './event-heap.ts';
import type { Invariants } from './invariants.ts';
import type { Draws, Randomness } from './randomness.ts';
import type { Script } from './script.ts';
import type { SimNode } from './sim-node.ts';

const attemptUs = { from: 250_000, to: 450_000 };
const retryUs = 20_000;
const giveUpUs = 3_000_000;

interface ClientParts {
  readonly heap: EventHeap;
  readonly random: Randomness;
  readonly script: Script;
  readonly conditions: Conditions;
  readonly invariants: Invariants;
  readonly nodes: readonly SimNode[];
  /** Brings a command from the node that took it to the leader that this node knows. */
  forward(from: SimNode, requestId: string, key: string, value: string): void;
}

/**
 * One client, one operation at a time, at any node. It asks again, with the same request id, when no
 * answer comes, and goes on to something else after a while: then the outcome stays open.
 */
export class Client {
  readonly #name: string;
  readonly #parts: ClientParts;
  readonly #thinking: Draws;
  /** Of the operation of the moment. */
  #draws: Draws;
  #operations = 0;
  #writes = 0;
  #attempts = 0;
  #stopped = false;

  constructor(name: string, parts: ClientParts) {
    this.#name = name;
    this.#parts = parts;
    this.#thinking = parts.random.stream(`client ${name}`);
    this.#draws = this.#thinking;
  }

  start(): void {
    const { heap, random, script, conditions } = this.#parts;
    if (this.#stopped) return;
    heap.after(this.#thinking.exponential(conditions.think_mean_us), () => {
      if (this.#stopped) return;
      this.#operations += 1;
      const name = `${this.#name} ${this.#operations}`;
      this.#draws = random.stream(name);
      const next = (): void => this.start();
      const reads = this.#draws.chance(conditions.reads);
      if (!script.plays(name, reads ? 'reads' : 'writes')) next();
      else if (reads) this.#read(next);
      else this.write(next);
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  write(done: () => void): void {
    const { conditions, invariants } = this.#parts;
    this.#writes += 1;
    const requestId = `${this.#name}.${this.#operations}.${this.#writes}`;
    const key = `k${this.#draws.between(1, conditions.keys)}`;
    const value = `v${this.#operations}`;
    this.#untilDone(done, (node, attempt) => {
      node.awaitWrite(requestId, (index) => {
        if (index === null) return attempt.failed();
        if (attempt.over()) return;
        invariants.clients.writeAcknowledged(requestId, index);
        attempt.succeeded();
      });
      this.#parts.forward(node, requestId, key, value);
    });
  }

  #read(done: () => void): void {
    const { invariants } = this.#parts;
    const floor = invariants.clients.readBegins();
    this.#untilDone(done, (node, attempt) => {
      this.#attempts += 1;
      node.read(`${this.#name}.r${this.#attempts}`, (index) => {
        if (index === null) return attempt.failed();
        if (attempt.over()) return;
        invariants.clients.readEnds(node.id, floor, index);
        attempt.succeeded();
      });
    });
  }

  #untilDone(done: () => void, ask: (node: SimNode, attempt: Attempt) => void): void {
    const { heap, nodes } = this.#parts;
    const draws = this.#draws;
    const giveUpAt = heap.now + giveUpUs;
    let over = false;
    let current = 0;
    const attempt = (): void => {
      if (over) return;
      if (heap.now > giveUpAt) {
        over = true;
        return done();
      }
      current += 1;
      const own = current;
      const again = (us: number): void => {
        heap.after(us, () => {
          if (own === current) attempt();
        });
      };
      again(draws.between(attemptUs.from, attemptUs.to));
      ask(draws.pick(nodes), {
        over: () => over,
        failed: () => again(retryUs),
        succeeded: () => {
          over = true;
          done();
        },
      });
    };
    attempt();
  }
}

interface Attempt {
  over(): boolean;
  /** Certain not to be answered: may be tried again before its time. */
  failed(): void;
  succeeded(): void;
}
