import { ReadError } from '../errors.ts';

interface Waiter {
  readonly index: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Those who wait until this node has applied an index. */
export class AppliedWaiters {
  readonly #onWait: () => void;
  #applied: number;
  #waiters: Waiter[] = [];

  /** @param onWait somebody began to wait */
  constructor(applied: number, onWait: () => void) {
    this.#applied = applied;
    this.#onWait = onWait;
  }

  get areThere(): boolean {
    return this.#waiters.length > 0;
  }

  /** Rejects with `ReadError` after `timeoutMs`. */
  wait(index: number, timeoutMs: number): Promise<void> {
    if (index <= this.#applied) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((waiter) => waiter.timer !== timer);
        reject(
          new ReadError(
            'no_quorum',
            `This node has applied the log up to ${this.#applied}, not yet up to ${index}.`,
          ),
        );
      }, timeoutMs);
      this.#waiters.push({ index, resolve, reject, timer });
      this.#onWait();
    });
  }

  applied(index: number): void {
    this.#applied = index;
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter((waiter) => waiter.index > index);
    for (const waiter of waiters) {
      if (waiter.index > index) continue;
      clearTimeout(waiter.timer);
      waiter.resolve();
    }
  }

  close(): void {
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer);
      waiter.reject(new ReadError('closed', 'The node is shutting down.'));
    }
    this.#waiters = [];
  }
}
