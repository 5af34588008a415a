import { rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Configuration } from '../core/messages.ts';
import type { StateMachine } from '../ports.ts';
import { syncAndHash } from './durable-file.ts';
import type { Snapshot, SnapshotStore } from './snapshot-store.ts';

interface TakerHooks {
  /** What the members were at `index`, which is applied. */
  members(index: number): {
    readonly configuration: Configuration;
    readonly configuration_index: number;
  };
  /** The snapshot is durable: now the log may become shorter. */
  taken(snapshot: Snapshot): Promise<void>;
}

/** Takes snapshots, one at a time; writes go on meanwhile. */
export class SnapshotTaker {
  readonly #machine: StateMachine;
  readonly #store: SnapshotStore;
  readonly #hooks: TakerHooks;
  readonly #logger: Pick<Logger, 'info'>;
  #running: Promise<Snapshot> | null = null;

  constructor(
    machine: StateMachine,
    store: SnapshotStore,
    hooks: TakerHooks,
    logger: Pick<Logger, 'info'>,
  ) {
    this.#machine = machine;
    this.#store = store;
    this.#hooks = hooks;
    this.#logger = logger;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /**
   * Who calls while one is being taken gets that one. When nothing was applied since the newest one, and
   * its bytes are good, it is that one. Rejects when it cannot be written; the log is then as it was.
   */
  take(): Promise<Snapshot> {
    this.#running ??= this.#take().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #take(): Promise<Snapshot> {
    const { index: applied } = this.#machine.applied;
    const same = await this.#store.newestIntact((one) => one.last_included_index === applied);
    if (same !== null) return same;
    const startedAt = performance.now();
    const path = this.#store.takingPath;
    try {
      await rm(path, { force: true });
      const { index, term } = await this.#machine.writeSnapshot(path);
      const { size_bytes, sha256 } = await syncAndHash(path);
      const position = { last_included_index: index, last_included_term: term };
      const meta = { ...position, ...this.#hooks.members(index), size_bytes, sha256 };
      const snapshot = await this.#store.add(path, meta);
      await this.#hooks.taken(snapshot);
      const ms = Math.round(performance.now() - startedAt);
      this.#logger.info({ index, term, bytes: size_bytes, ms }, 'took a snapshot');
      return snapshot;
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
  }
}
