import { Problem } from './problem.ts';

/** Runs at most `maxRunning` tasks at once, lets `maxWaiting` wait in order and refuses the rest. */
export class Slots {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** Rejects with the problem `overloaded` when too many wait already. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** A slot that is freed goes straight to who waits longest: `#running` stays as it is. */
  #enter(): Promise<void> {
    if (this.#running < this.#maxRunning) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new Problem('overloaded', 'Too many logins at once on this node. Try again shortly.', {
        extra: { outcome: 'not_applied' },
      });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
