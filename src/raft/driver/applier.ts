import type { LogEntry } from '../core/messages.ts';
import type { LogStore, Outcome, StateMachine } from '../ports.ts';
import { maxApplyBytes, maxApplyEntries } from './limits.ts';

interface ApplierHooks {
  /** Committed entries that are still in memory, `null` when they must come from the disk. */
  cached(from: number, maxEntries: number, maxBytes: number): readonly LogEntry[] | null;
  /** A batch was applied. */
  applied(index: number, outcomes: readonly Outcome[]): void;
  /** This replica must stop. */
  fatal(error: Error): void;
}

/**
 * Brings the state machine up to the commit index, in batches of one transaction each, giving the
 * event loop a turn in between: messages that were just written get out first.
 */
export class Applier {
  readonly #machine: StateMachine;
  readonly #log: LogStore;
  readonly #hooks: ApplierHooks;
  #target: number;
  #running = false;
  #closed = false;

  constructor(machine: StateMachine, log: LogStore, hooks: ApplierHooks) {
    this.#machine = machine;
    this.#log = log;
    this.#hooks = hooks;
    this.#target = machine.applied.index;
  }

  /** Everything up to `index` is committed and durable here. */
  advance(index: number): void {
    this.#target = Math.max(this.#target, index);
    if (this.#running || this.#closed) return;
    this.#running = true;
    setImmediate(() => this.#applyNext());
  }

  close(): void {
    this.#closed = true;
  }

  #applyNext(): void {
    if (this.#closed) return;
    const from = this.#machine.applied.index + 1;
    if (from > this.#target) {
      this.#running = false;
      return;
    }
    const count = Math.min(maxApplyEntries, this.#target - from + 1);
    const entries = this.#hooks.cached(from, count, maxApplyBytes);
    if (entries !== null) this.#apply(entries);
    else this.#fromDisk(from, from + count - 1);
  }

  #fromDisk(from: number, to: number): void {
    this.#log.read(from, to, maxApplyBytes).then(
      (entries) => this.#apply(entries),
      (error: Error) => this.#hooks.fatal(error),
    );
  }

  #apply(entries: readonly LogEntry[]): void {
    if (this.#closed) return;
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#machine.apply(entries);
    } catch (error) {
      this.#hooks.fatal(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#hooks.applied(this.#machine.applied.index, outcomes);
    setImmediate(() => this.#applyNext());
  }
}
