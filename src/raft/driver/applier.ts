import type { LogEntry } from '../core/messages.ts';
import type { LogStore, Outcome, StateMachine } from '../ports.ts';
import { applyPatienceMs, maxApplyBytes, maxApplyEntries, patientEntries } from './limits.ts';

interface ApplierHooks {
  /** Committed entries that are still in memory, `null` when they must come from the disk. */
  cached(from: number, maxEntries: number, maxBytes: number): readonly LogEntry[] | null;
  /** Entries were applied; none when the state machine became a snapshot. */
  applied(index: number, outcomes: readonly Outcome[], entries: readonly LogEntry[]): void;
  /** Somebody on this node waits for what is to be applied. */
  isAwaited(): boolean;
  /** Whether the log begins behind `index`, so that only a snapshot has it. */
  isCompacted(index: number): boolean;
  /** This replica must stop. */
  fatal(error: Error): void;
}

/**
 * Brings the state machine up to the commit index, in batches of one transaction each, giving the
 * event loop a turn in between: messages that were just written get out first. What nobody waits for
 * is left to gather a little: applied together it costs less, and the nodes that are waited for have
 * the processor meanwhile.
 */
export class Applier {
  readonly #machine: StateMachine;
  readonly #log: LogStore;
  readonly #hooks: ApplierHooks;
  #target: number;
  #running = false;
  #patience: NodeJS.Timeout | null = null;
  #installing: Promise<void> | null = null;
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
    const waiting = this.#target - this.#machine.applied.index;
    if (waiting >= patientEntries || this.#hooks.isAwaited()) this.hurry();
    else this.#patience ??= setTimeout(() => this.hurry(), applyPatienceMs);
  }

  /** Somebody waits from now on. */
  hurry(): void {
    this.#endPatience();
    if (this.#running || this.#closed || this.#installing !== null) return;
    this.#run();
  }

  /**
   * The log started over behind a snapshot: `install` makes the state machine that snapshot, and what
   * follows is applied to it.
   */
  install(index: number, install: () => Promise<void>): void {
    this.#target = Math.max(this.#target, index);
    const before = this.#installing ?? Promise.resolve();
    const installUnlessClosed = () => (this.#closed ? undefined : install());
    const installed: Promise<void> = before.then(installUnlessClosed).then(
      () => this.#installed(installed),
      (error: Error) => this.#hooks.fatal(error),
    );
    this.#installing = installed;
  }

  /** From now on nothing is applied; resolves when an installation that is under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endPatience();
    await this.#installing;
  }

  #installed(installed: Promise<void>): void {
    // A newer one is behind it: its log is the one that counts now.
    if (this.#installing !== installed || this.#closed) return;
    this.#installing = null;
    this.#hooks.applied(this.#machine.applied.index, [], []);
    // Unless a read from before is still on its way: it goes on from here when that has come.
    if (!this.#running) this.#run();
  }

  #run(): void {
    this.#running = true;
    setImmediate(() => this.#applyNext());
  }

  #endPatience(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #applyNext(): void {
    if (this.#hasToWait()) return;
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
      (entries) => {
        if (this.#machine.applied.index < from) this.#apply(entries);
        else this.#overtaken(from);
      },
      (error: Error) => {
        if (this.#hooks.isCompacted(from)) this.#overtaken(from);
        else this.#hooks.fatal(error);
      },
    );
  }

  /** The log has started over since the read began: the snapshot has what was to be applied, or will have it. */
  #overtaken(from: number): void {
    this.#running = false;
    if (this.#machine.applied.index >= from) this.hurry();
  }

  #apply(entries: readonly LogEntry[]): void {
    if (this.#hasToWait()) return;
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#machine.apply(entries);
    } catch (error) {
      this.#hooks.fatal(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#hooks.applied(this.#machine.applied.index, outcomes, entries);
    if (this.#machine.applied.index < this.#target) setImmediate(() => this.#applyNext());
    else this.#running = false;
  }

  #hasToWait(): boolean {
    if (this.#installing !== null) this.#running = false;
    return this.#closed || this.#installing !== null;
  }
}
