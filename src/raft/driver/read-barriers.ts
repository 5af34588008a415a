import { ReadError } from '../errors.ts';
import { retryPauseMs } from './limits.ts';
import type { AppliedWaiters } from './waiters.ts';

interface Reader {
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Linearizable reads of this node: asks the core for a read index, then waits until it is applied
 * here. All that come before the core's next step share one question.
 */
export class ReadBarriers {
  readonly #ask: (id: string) => void;
  readonly #waiters: AppliedWaiters;
  readonly #asked = new Map<string, Reader[]>();
  readonly #retries = new Map<NodeJS.Timeout, readonly Reader[]>();
  #open: Reader[] | null = null;
  #count = 0;
  #closed = false;

  constructor(ask: (id: string) => void, waiters: AppliedWaiters) {
    this.#ask = ask;
    this.#waiters = waiters;
  }

  read(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#add({ deadline: performance.now() + timeoutMs, resolve, reject });
    });
  }

  /**
   * The core is about to step: whoever comes from now on needs a later read index, this question
   * takes nobody in any more.
   */
  seal(): void {
    this.#open = null;
  }

  ready(ids: readonly string[], index: number): void {
    const now = performance.now();
    for (const reader of this.#take(ids)) {
      if (rejectIfLate(reader, now)) continue;
      this.#waiters.wait(index, reader.deadline - now).then(reader.resolve, reader.reject);
    }
  }

  /** Nobody could say; ask again, after a pause or of a new leader, until the readers' deadlines. */
  failed(ids: readonly string[]): void {
    const readers = this.#take(ids);
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      for (const reader of readers) this.#add(reader);
    }, retryPauseMs);
    this.#retries.set(timer, readers);
  }

  /** There is a leader to ask: nobody sits out the pause before the next question. */
  leaderKnown(): void {
    const readers = [...this.#retries.values()].flat();
    for (const timer of this.#retries.keys()) clearTimeout(timer);
    this.#retries.clear();
    for (const reader of readers) this.#add(reader);
  }

  /** Rejects those whose time is up. To be called every now and then. */
  expire(): void {
    const now = performance.now();
    for (const [id, readers] of this.#asked) {
      if (readers === this.#open) continue;
      const alive = readers.filter((reader) => !rejectIfLate(reader, now));
      if (alive.length === 0) this.#asked.delete(id);
      else this.#asked.set(id, alive);
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#retries.keys()) clearTimeout(timer);
    const readers = [...this.#asked.values(), ...this.#retries.values()].flat();
    for (const reader of readers) reader.reject(closedError());
    this.#asked.clear();
    this.#retries.clear();
  }

  #add(reader: Reader): void {
    if (this.#closed) return reader.reject(closedError());
    if (rejectIfLate(reader, performance.now())) return;
    if (this.#open === null) {
      this.#count += 1;
      this.#open = [];
      this.#asked.set(`r${this.#count}`, this.#open);
      this.#ask(`r${this.#count}`);
    }
    this.#open.push(reader);
  }

  #take(ids: readonly string[]): Reader[] {
    return ids.flatMap((id) => {
      const readers = this.#asked.get(id) ?? [];
      this.#asked.delete(id);
      return readers;
    });
  }
}

function closedError(): ReadError {
  return new ReadError('closed', 'The node is shutting down.');
}

function rejectIfLate(reader: Reader, now: number): boolean {
  if (now < reader.deadline) return false;
  reader.reject(
    new ReadError('no_quorum', 'No majority confirmed within the deadline who leads the cluster.'),
  );
  return true;
}
