import { setTimeout as sleep } from 'node:timers/promises';
import type { PlacedConfiguration } from './core/configurations.ts';
import type { MemberChange } from './core/member-change.ts';
import type { Configuration, LogEntry, NodeId } from './core/messages.ts';
import { OtherDirectory } from './core/other-directory.ts';
import type { SnapshotHead } from './core/types.ts';
import { Applier } from './driver/applier.ts';
import { Driver, type DriverHooks } from './driver/driver.ts';
import { noticePatienceMs } from './driver/limits.ts';
import { type ChangeOptions, MemberChanges } from './driver/member-changes.ts';
import { Placements } from './driver/placements.ts';
import { Proposals } from './driver/proposals.ts';
import { ReadBarriers } from './driver/read-barriers.ts';
import { Removal } from './driver/removal.ts';
import { AppliedWaiters } from './driver/waiters.ts';
import type { RaftNodeOptions } from './node-options.ts';
import type { Outcome } from './ports.ts';
import { Snapshots } from './snapshot/snapshots.ts';
import { startingMembers } from './starting-members.ts';
import { type RaftStatus, statusOf } from './status.ts';

export interface MembersChanged {
  /** Of the committed entry that set these members. */
  readonly index: number;
  readonly configuration: Configuration;
}

/** The state up to an entry, in a file of this node. */
export interface TakenSnapshot {
  readonly index: number;
  readonly term: number;
  readonly path: string;
  readonly size_bytes: number;
  /** Of the file, hex. */
  readonly sha256: string;
}

/** How often a transfer looks whether it is done, in ms. */
const transferPaceMs = 5;

/** Readers and writers whose time is up are told so at this pace, in ms. */
const expiryPaceMs = 100;

/** One member of a cluster: the library's public face. */
export class RaftNode {
  readonly #options: RaftNodeOptions;
  readonly #driver: Driver;
  readonly #applier: Applier;
  readonly #proposals: Proposals;
  readonly #placements: Placements;
  readonly #changes: MemberChanges;
  readonly #reads: ReadBarriers;
  readonly #waiters: AppliedWaiters;
  readonly #snapshots: Snapshots;
  readonly #reachable = new Set<NodeId>();
  readonly #expiry: NodeJS.Timeout;
  readonly #removal: Removal;

  constructor(options: RaftNodeOptions) {
    const { log, transport, machine } = options;
    this.#options = options;
    this.#waiters = new AppliedWaiters(machine.applied.index, () => this.#applier.hurry());
    this.#removal = new Removal(options.id, () => options.onRemoved?.());
    this.#driver = new Driver(
      {
        ...startingMembers(options),
        id: options.id,
        directory_id: options.directory_id,
        join_index: options.join_index ?? 0,
        timing: options.timing,
        seed: options.seed,
        reads: options.reads ?? 'read_index',
        notice_patience_ms: noticePatienceMs,
        applied: machine.applied.index,
      },
      { log, transport },
      this.#driverHooks(),
    );
    this.#applier = new Applier(machine, log, {
      cached: (from, maxEntries, maxBytes) => this.#driver.cached(from, maxEntries, maxBytes),
      applied: (index, outcomes, entries) => this.#applied(index, outcomes, entries),
      isAwaited: () => this.#proposals.areWaiting || this.#waiters.areThere,
      isCompacted: (index) => index <= this.#driver.core.log.base.index,
      fatal: (error) => this.#driver.halt(error),
    });
    const { snapshots: store, logger } = options;
    this.#snapshots = new Snapshots(
      { store, log, machine, transport, logger },
      () => this.#driver.core,
      (event) => this.#driver.push(event),
      options.seed / 2 ** 32,
    );
    this.#placements = new Placements((requestId, command) =>
      this.#driver.push({ type: 'propose', request_id: requestId, command }),
    );
    const { core } = this.#driver;
    this.#changes = new MemberChanges(
      (requestId, change) =>
        this.#driver.push({ type: 'change_members', request_id: requestId, change }),
      core.configurations.at(core.commit),
    );
    const prepare = options.prepare ?? ((command: Uint8Array) => command);
    this.#proposals = new Proposals(options.id, transport, this.#placements, prepare);
    this.#reads = new ReadBarriers((id) => this.#driver.push({ type: 'read', id }), this.#waiters);
    this.#expiry = setInterval(() => this.#expire(), expiryPaceMs);

    transport.onForward = (from, request) => {
      this.#driver.push({ type: 'forwarded', peer: from });
      return this.#proposals.onForward(request);
    };
    transport.onInstallSnapshot = (from, request) => this.#snapshots.receive(from, request);
    transport.onReachable = (peer, reachable) => {
      if (reachable) this.#reachable.add(peer);
      else this.#reachable.delete(peer);
      if (reachable) this.#removal.spokeWith(peer);
      this.#driver.push({ type: 'reachable', peer, reachable });
    };
    transport.onToldRemoved = (peer) => this.#removal.told(peer, this.#driver.core.configuration);
    transport.onToldOtherDirectory = (peer) =>
      this.#driver.halt(new OtherDirectory(options.id, peer));
    this.#driver.start();
    this.#removal.committed(core.configurations.at(core.commit).configuration);
  }

  /**
   * Gets a command into the log and resolves, with the state machine's value, when this node has
   * applied it. `request_id` must be unique to the command: it is what makes retries safe.
   * Rejects with `ProposalError`, which says whether the outcome is known.
   */
  propose(request: {
    readonly request_id: string;
    readonly command: Uint8Array;
    readonly timeoutMs: number;
  }): Promise<unknown> {
    return this.#proposals.propose(request.request_id, request.command, request.timeoutMs);
  }

  /**
   * Resolves when this node has applied everything that was committed anywhere when it was called:
   * what is read then is linearizable (thesis §6.4). Rejects with `ReadError`.
   */
  readBarrier(timeoutMs: number): Promise<void> {
    return this.#reads.read(timeoutMs);
  }

  /** Resolves when this node has applied `index`. Rejects with `ReadError`. */
  waitApplied(index: number, timeoutMs: number): Promise<void> {
    // The leader hears by a question that somebody waits here, and does not keep from this node what is committed.
    if (index > this.#driver.core.commit) this.#reads.read(timeoutMs).catch(() => undefined);
    return this.#waiters.wait(index, timeoutMs);
  }

  /** The disk's reserve is touched: whoever writes much beside the log should wait. */
  get diskLow(): boolean {
    return this.#options.log.diskLow;
  }

  /** Whom this node takes for the leader. */
  get leaderId(): NodeId | null {
    return this.#driver.core.leaderId;
  }

  status(): RaftStatus {
    const { machine, snapshots, log } = this.#options;
    const { index } = machine.applied;
    return statusOf(this.#driver.core, this.#reachable, {
      applied_index: index,
      removed: this.#removal.isCertain,
      disk_low: log.diskLow,
      snapshot_index: snapshots.newestUpTo(index)?.last_included_index ?? 0,
    });
  }

  /**
   * Hands the leadership to `to`, or to whoever holds most of the log (thesis §3.10); resolves when
   * this node leads no more, at once if it does not lead. Resolves with `false` when nobody took it
   * within an election timeout: this node then goes on leading.
   */
  async transferLeadership(to: NodeId | null = null): Promise<boolean> {
    if (this.#driver.core.role !== 'leader') return true;
    const { term } = this.#driver.core;
    this.#driver.push({ type: 'transfer', to });
    const until = performance.now() + this.#options.timing.election_timeout_min_ms;
    while (performance.now() < until) {
      await sleep(transferPaceMs);
      if (this.#driver.core.role !== 'leader' || this.#driver.core.term !== term) return true;
    }
    return false;
  }

  /**
   * Changes the members; only the leader does. Resolves when all of it is committed, or as soon as
   * `until` says: a new node becomes a learner first, then a voter by itself once it is caught up.
   * Rejects with `MembershipError`. To ask again for the same is safe.
   */
  async changeMembers(change: MemberChange, options: ChangeOptions): Promise<MembersChanged> {
    const { index, configuration } = await this.#changes.change(change, options);
    return { index, configuration };
  }

  /**
   * Takes a snapshot now and lets the log become shorter; writes go on meanwhile. Without a new entry
   * since the last one it is that one. Rejects when it cannot be written, with `DiskLowError` when
   * the disk is low; nothing is lost then. The file goes when there are two newer ones; who has it open
   * reads on.
   */
  async snapshot(): Promise<TakenSnapshot> {
    const { last_included_index, last_included_term, ...file } = await this.#snapshots.take();
    const { path, size_bytes, sha256 } = file;
    return { index: last_included_index, term: last_included_term, path, size_bytes, sha256 };
  }

  /**
   * Stops taking part, at once; resolves when nothing is under way any more. The log, transport and
   * machine stay open: they are the caller's.
   */
  async close(): Promise<void> {
    this.#driver.halt(null);
    await Promise.all([this.#shutDown(), this.#snapshots.close()]);
  }

  #driverHooks(): DriverHooks {
    return {
      beforeStep: () => this.#reads.seal(),
      commit: (index) => this.#applier.advance(index),
      proposed: (id, index, term) => this.#placements.proposed(id, index, term),
      refused: (id, reason) => this.#placements.refused(id, reason),
      readReady: (ids, index) => this.#reads.ready(ids, index),
      readFailed: (ids) => this.#reads.failed(ids),
      roleChanged: (change) => {
        this.#proposals.leaderChanged(change);
        if (change.leader_id !== null) this.#reads.leaderKnown();
        this.#options.onLeaderChange?.(change);
      },
      changeAccepted: (id, index) => this.#changes.accepted(id, index),
      changeRefused: (id, reason) => this.#changes.refused(id, reason),
      membersChanged: (latest, committed) => {
        this.#changes.latest(latest);
        this.#membersCommitted(committed);
      },
      sendSnapshot: (peer, term) => this.#snapshots.send(peer, term),
      installSnapshot: (snapshot) => this.#install(snapshot),
      fatal: (error) => this.#stop(error),
    };
  }

  #expire(): void {
    this.#reads.expire();
    this.#proposals.expire();
  }

  #install(snapshot: SnapshotHead): void {
    this.#applier.install(snapshot.index, async () => {
      await this.#snapshots.install(snapshot);
      this.#proposals.installed();
    });
  }

  #membersCommitted(placed: PlacedConfiguration): void {
    this.#changes.committed(placed);
    this.#options.onMembersChange?.(placed.configuration);
    this.#removal.committed(placed.configuration);
  }

  #applied(index: number, outcomes: readonly Outcome[], entries: readonly LogEntry[]): void {
    this.#proposals.applied(outcomes);
    this.#waiters.applied(index);
    this.#driver.push({ type: 'applied', index });
    this.#snapshots.applied(entries);
  }

  #stop(error: Error): void {
    void this.#shutDown();
    this.#options.onFatal(error);
  }

  /** Resolves when the state machine is left alone. */
  #shutDown(): Promise<void> {
    clearInterval(this.#expiry);
    this.#proposals.close();
    this.#changes.close();
    this.#reads.close();
    this.#waiters.close();
    return this.#applier.close();
  }
}
