import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { collectEveryMs, collectRetryMs, garbageBatchBlobs, unnamedKeptMs } from './limits.ts';

/** What is needed of the store. */
interface Shelves {
  readonly shards: readonly string[];
  list(shard: string): Promise<string[]>;
  /** Removes the blob unless it is needed, which is asked in the same turn of the event loop. */
  remove(sha256: string, isNeeded: () => boolean): Promise<boolean>;
}

/** The applied state. */
interface Rows {
  isNamed(sha256: string): boolean;
  /** Ms, never going back. */
  logTime(): number;
}

interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/**
 * Removes blobs of this node that no row has named for `unnamedKeptMs` of the log's time. Why nothing that
 * is needed ever goes is in DESIGN.md ("What is collected"); no clock of any node takes part.
 */
export class Garbage {
  readonly #shelves: Shelves;
  readonly #rows: Rows;
  readonly #settle: () => Promise<void>;
  readonly #logger: Logger;
  /** Unnamed blobs, and the log's time when that was seen, after all that was committed by then. */
  readonly #marks = new Map<string, number>();
  /** Placed, or counted on by a writer, since the present shard was listed. */
  readonly #used = new Set<string>();

  /** @param settle resolves when this node has applied what was committed when it was called */
  constructor(shelves: Shelves, rows: Rows, settle: () => Promise<void>, logger: Logger) {
    this.#shelves = shelves;
    this.#rows = rows;
    this.#settle = settle;
    this.#logger = logger;
  }

  /** Somebody places the blob here or was told that it is here: a command may name it soon. */
  used(sha256: string): void {
    this.#marks.delete(sha256);
    this.#used.add(sha256);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pauseMs = collectEveryMs;
      try {
        await this.pass(signal);
      } catch (error) {
        pauseMs = collectRetryMs;
        this.#logger.warn({ err: error }, 'unneeded blobs could not be collected; tried again');
      }
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Once over all blobs; returns how many were removed. Rejects as `settle` does. */
  async pass(signal: AbortSignal): Promise<number> {
    let removed = 0;
    for (const shard of this.#shelves.shards) {
      if (signal.aborted) break;
      removed += await this.#passShard(shard);
    }
    if (removed > 0) this.#logger.info({ blobs: removed }, 'blobs that nothing names were removed');
    return removed;
  }

  async #passShard(shard: string): Promise<number> {
    this.#used.clear();
    const names = await this.#shelves.list(shard);
    const unnamed = await this.#unnamed(names);
    this.#forgetMarks(shard, new Set(unnamed));
    const unmarked = unnamed.filter((name) => !this.#marks.has(name));
    if (unmarked.length > 0) await this.#mark(unmarked);
    let removed = 0;
    for (const name of unnamed) {
      if (await this.#shelves.remove(name, () => !this.#isGarbage(name))) removed += 1;
    }
    return removed;
  }

  async #unnamed(names: readonly string[]): Promise<string[]> {
    const unnamed: string[] = [];
    for (let at = 0; at < names.length; at += garbageBatchBlobs) {
      const batch = names.slice(at, at + garbageBatchBlobs);
      unnamed.push(...batch.filter((name) => !this.#rows.isNamed(name)));
      await nextTurn();
    }
    return unnamed;
  }

  /** What was used after it was listed may be of a writer who knows a later time than we do. */
  async #mark(names: readonly string[]): Promise<void> {
    await this.#settle();
    const now = this.#rows.logTime();
    for (const name of names) {
      if (!this.#used.has(name)) this.#marks.set(name, now);
    }
  }

  #isGarbage(name: string): boolean {
    const since = this.#marks.get(name);
    if (since === undefined || this.#rows.logTime() - since < unnamedKeptMs) return false;
    return !this.#rows.isNamed(name);
  }

  #forgetMarks(shard: string, unnamed: ReadonlySet<string>): void {
    for (const name of this.#marks.keys()) {
      if (name.startsWith(shard) && !unnamed.has(name)) this.#marks.delete(name);
    }
  }
}
