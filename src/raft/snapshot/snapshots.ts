import type { Logger } from 'pino';
import type {
  InstallSnapshotRequest,
  InstallSnapshotResponse,
  LogEntry,
  NodeId,
} from '../core/messages.ts';
import { memberIds } from '../core/quorum.ts';
import type { Core } from '../core/state.ts';
import type { Event, SnapshotHead } from '../core/types.ts';
import { DiskLowError } from '../errors.ts';
import type { LogStore, StateMachine, Transport } from '../ports.ts';
import { smallSnapshotBytes } from './limits.ts';
import { SnapshotReceiver } from './snapshot-receiver.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import type { Snapshot, SnapshotStore } from './snapshot-store.ts';
import { SnapshotTaker } from './snapshot-taker.ts';
import { SnapshotTrigger } from './snapshot-trigger.ts';

/** What an entry costs in the log beside its command. */
const entryOverheadBytes = 40;

export interface SnapshotParts {
  readonly store: SnapshotStore;
  readonly log: Pick<LogStore, 'compact' | 'diskLow'>;
  readonly machine: StateMachine;
  readonly transport: Pick<Transport, 'installSnapshot'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Between the core and the files: takes, sends and receives snapshots, and shortens the log. */
export class Snapshots {
  readonly #parts: SnapshotParts;
  readonly #core: () => Readonly<Core>;
  readonly #push: (event: Event) => void;
  readonly #trigger: SnapshotTrigger;
  readonly #taker: SnapshotTaker;
  readonly #sender: SnapshotSender;
  readonly #receiver: SnapshotReceiver;
  #closed = false;

  /** @param random in [0, 1), different on every node */
  constructor(
    parts: SnapshotParts,
    core: () => Readonly<Core>,
    push: (event: Event) => void,
    random: number,
  ) {
    const { store, machine, transport, logger } = parts;
    this.#parts = parts;
    this.#core = core;
    this.#push = push;
    this.#trigger = new SnapshotTrigger(
      positionOf(store.newestUpTo(machine.applied.index)),
      random,
    );
    const members = (index: number) => {
      const { configuration, index: configuration_index } = this.#core().configurations.at(index);
      return { configuration, configuration_index };
    };
    const taken = (snapshot: Snapshot) => this.#taken(snapshot);
    this.#taker = new SnapshotTaker(machine, store, { members, taken }, logger);
    this.#sender = new SnapshotSender(core().id, store, transport, this.#senderHooks(), logger);
    const receiverHooks = {
      term: () => this.#core().term,
      isCommitted: (index: number) => index <= this.#core().commit,
      received: (from: NodeId, term: number, snapshot: SnapshotHead) =>
        this.#push({ type: 'snapshot_received', from, term, snapshot }),
    };
    this.#receiver = new SnapshotReceiver(store, receiverHooks, logger);
  }

  /** To be told of all that was applied: takes a snapshot when one is due. */
  applied(entries: readonly LogEntry[]): void {
    for (const { command } of entries) this.#trigger.applied(command.length + entryOverheadBytes);
    const due = this.#trigger.isDue(this.#parts.machine.applied.index, performance.now());
    if (!due || this.#taker.running || this.#closed || this.#lacksRoom()) return;
    if (!this.#knowsMembers()) return;
    this.#taker.take().catch((error: Error) => {
      this.#trigger.failed(performance.now());
      if (this.#closed) return;
      this.#parts.logger.warn({ err: error }, 'no snapshot could be taken; it is tried again');
    });
  }

  /**
   * Takes one now, unless nothing was applied since the last. Rejects when it cannot be written, with
   * `DiskLowError` when it is not even begun.
   */
  take(): Promise<Snapshot> {
    if (this.#parts.log.diskLow) return Promise.reject(new DiskLowError());
    if (this.#knowsMembers()) return this.#taker.take();
    return Promise.reject(
      new Error('this node joins, and has not learned yet who the members are'),
    );
  }

  send(peer: NodeId, term: number): void {
    if (!this.#closed) this.#sender.send(peer, term);
  }

  receive(from: NodeId, request: InstallSnapshotRequest): Promise<InstallSnapshotResponse> {
    if (this.#closed) return Promise.reject(new Error('this node is shutting down'));
    if (this.#parts.log.diskLow) return Promise.reject(new DiskLowError());
    return this.#receiver.receive(from, request);
  }

  /** The state machine becomes a snapshot that the core has decided for. */
  async install({ index, term }: SnapshotHead): Promise<void> {
    const { store, machine, logger } = this.#parts;
    const snapshot = store.find(index, term);
    if (snapshot === null) throw new Error(`broken invariant: snapshot ${index}-${term} is gone`);
    await machine.installSnapshot(snapshot.path);
    await store.relyOn(index);
    this.#trigger.taken(positionOf(snapshot), performance.now());
    logger.info({ index, term, bytes: snapshot.size_bytes }, 'installed a snapshot');
  }

  /** Stops sending, and takes nothing in any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#receiver.close();
  }

  /** A node that joins does not before it has applied the first entry that says so. */
  #knowsMembers(): boolean {
    const { configuration } = this.#core().configurations.at(this.#parts.machine.applied.index);
    return memberIds(configuration).length > 0;
  }

  /** A small one may still be taken on a low disk: the log that it makes shorter is larger. */
  #lacksRoom(): boolean {
    const { log, store } = this.#parts;
    return log.diskLow && (store.newest?.size_bytes ?? 0) > smallSnapshotBytes;
  }

  #senderHooks() {
    return {
      snapshot: () => this.#toSend(),
      isWanted: (peer: NodeId, term: number) => {
        const core = this.#core();
        const leads = core.role === 'leader' && core.term === term && !this.#closed;
        return leads && core.progress.get(peer)?.state === 'snapshot';
      },
      progress: (peer: NodeId) => this.#push({ type: 'snapshot_progress', peer }),
      ended: (peer: NodeId, term: number) => this.#push({ type: 'snapshot_sent', peer, term }),
    };
  }

  /** One that the log goes on behind; a new one when none is good. */
  async #toSend(): Promise<Snapshot> {
    const { index: base } = this.#core().log.base;
    const found = await this.#parts.store.newestIntact((one) => one.last_included_index >= base);
    return found ?? this.#taker.take();
  }

  /** Only now that the snapshot is durable the log may lose its beginning. */
  async #taken(snapshot: Snapshot): Promise<void> {
    const { index, size_bytes } = positionOf(snapshot);
    this.#trigger.taken({ index, size_bytes }, performance.now());
    const position = { index, term: snapshot.last_included_term };
    const hold = Math.min(this.#sender.lowestIndex, slowestPeer(this.#core()));
    const base = await this.#parts.log.compact({ snapshot: position, hold_index: hold });
    this.#push({ type: 'compacted', base });
    await this.#parts.store.relyOn(index);
  }
}

/** On a leader, what the slowest of those that answer still needs comes after this index. */
function slowestPeer(core: Readonly<Core>): number {
  const since = core.now - core.timing.election_timeout_min_ms;
  const peers = [...core.progress.values()].filter(({ contactAt }) => contactAt > since);
  return Math.min(...peers.map(({ match }) => match), Number.POSITIVE_INFINITY);
}

function positionOf(snapshot: Snapshot | null): { index: number; size_bytes: number } {
  return {
    index: snapshot?.last_included_index ?? 0,
    size_bytes: snapshot?.size_bytes ?? 0,
  };
}
