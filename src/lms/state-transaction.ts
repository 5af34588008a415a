import type { DatabaseSync } from 'node:sqlite';
import type { LogEntry } from '../raft/core/messages.ts';
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
  #applied: LogEntry[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(database: DatabaseSync, hooks: TransactionHooks) {
    this.#database = database;
    this.#hooks = hooks;
  }

  /** Applies a batch by `work`. When that throws, `rollback` must follow. */
  run(entries: readonly LogEntry[], work: () => void): void {
    if (!this.#database.isTransaction) this.#begin();
    work();
    this.#applied.push(...entries);
    if (this.#applied.length >= maxUncommittedEntries) this.commit();
  }

  /**
   * Back to the last commit; returns the entries of the batches since then, which have to be applied
   * again. (A savepoint for each batch would spare that, at the price of a copy of every page it touches.)
   */
  rollback(): readonly LogEntry[] {
    const applied = this.#applied;
    this.#end();
    this.#database.exec('ROLLBACK');
    return applied;
  }

  /** What was applied so far is in the file from now on. */
  commit(): void {
    if (!this.#database.isTransaction) return;
    this.#end();
    this.#hooks.beforeCommit();
    this.#database.exec('COMMIT');
  }

  #begin(): void {
    this.#database.exec('BEGIN IMMEDIATE');
    this.#timer = setTimeout(() => this.#commitInTime(), maxUncommittedMs);
  }

  #end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#applied = [];
  }

  #commitInTime(): void {
    try {
      this.commit();
    } catch (error) {
      this.#hooks.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
