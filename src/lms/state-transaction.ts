import type { DatabaseSync } from 'node:sqlite';
import { maxUncommittedEntries, maxUncommittedMs } from './limits.ts';

interface TransactionHooks {
  /** Writes what has to be true of the transaction as a whole. */
  readonly beforeCommit: () => void;
  /** A commit that nobody waited for went wrong: what was shown already may be gone. */
  readonly failed: (error: Error) => void;
}

/**
 * One transaction of SQLite over many batches of entries: to commit costs as much as applying a dozen
 * entries, and what a crash takes with it the log still has. Readers of the same connection see every
 * batch at once; other connections see committed ones only.
 */
export class StateTransaction {
  readonly #database: DatabaseSync;
  readonly #hooks: TransactionHooks;
  #entries = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(database: DatabaseSync, hooks: TransactionHooks) {
    this.#database = database;
    this.#hooks = hooks;
  }

  /** Runs `work` for `entries` entries; when it throws, nothing of it is left. */
  run<Result>(entries: number, work: () => Result): Result {
    if (!this.#database.isTransaction) this.#begin();
    this.#database.exec('SAVEPOINT batch');
    let result: Result;
    try {
      result = work();
    } catch (error) {
      this.#database.exec('ROLLBACK TO batch; RELEASE batch');
      throw error;
    }
    this.#database.exec('RELEASE batch');
    this.#entries += entries;
    if (this.#entries >= maxUncommittedEntries) this.commit();
    return result;
  }

  /** What was applied so far is in the file from now on. */
  commit(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#database.isTransaction) return;
    this.#hooks.beforeCommit();
    this.#database.exec('COMMIT');
  }

  #begin(): void {
    this.#database.exec('BEGIN IMMEDIATE');
    this.#entries = 0;
    this.#timer = setTimeout(() => this.#commitInTime(), maxUncommittedMs);
  }

  #commitInTime(): void {
    try {
      this.commit();
    } catch (error) {
      this.#hooks.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
