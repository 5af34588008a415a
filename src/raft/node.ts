import { setTimeout as sleep } from 'node:timers/promises';
import type { Configuration, Member, NodeId } from './core/messages.ts';
import { isVoter } from './core/quorum.ts';
import type { Role, Timing } from './core/types.ts';
import { Applier } from './driver/applier.ts';
import { Driver } from './driver/driver.ts';
import { Placements } from './driver/placements.ts';
import { Proposals } from './driver/proposals.ts';
import { ReadBarriers } from './driver/read-barriers.ts';
import { AppliedWaiters } from './driver/waiters.ts';
import type { LogStore, Outcome, StateMachine, Transport } from './ports.ts';

export interface RaftNodeOptions {
  readonly id: NodeId;
  /** The members that the log starts with. */
  readonly configuration: Configuration;
  readonly timing: Timing;
  /** 32 random bits, fresh at every start. */
  readonly seed: number;
  readonly log: LogStore;
  readonly transport: Transport;
  readonly machine: StateMachine;
  /** On the leader, just before a command enters the log; returns a copy, made ready. */
  readonly prepare?: (command: Uint8Array) => Uint8Array;
  /** This replica has stopped for good: its log or its state cannot be trusted any more. */
  readonly onFatal: (error: Error) => void;
  readonly onLeaderChange?: (change: {
    readonly role: Role;
    readonly term: number;
    readonly leader_id: NodeId | null;
  }) => void;
}

export interface MemberStatus extends Member {
  readonly voter: boolean;
  /** On the leader: what this member is known to hold durably; elsewhere `null`. */
  readonly match_index: number | null;
  readonly reachable: boolean;
}

export interface RaftStatus {
  readonly node_id: NodeId;
  readonly role: Role;
  readonly term: number;
  readonly leader_id: NodeId | null;
  readonly commit_index: number;
  readonly applied_index: number;
  readonly last_log_index: number;
  readonly members: readonly MemberStatus[];
}

/** How often a transfer looks whether it is done, in ms. */
const transferPaceMs = 5;

/** Readers whose time is up are told so at this pace, in ms. */
const expiryPaceMs = 100;

/** One member of a cluster: the library's public face. */
export class RaftNode {
  readonly #options: RaftNodeOptions;
  readonly #driver: Driver;
  readonly #applier: Applier;
  readonly #proposals: Proposals;
  readonly #placements: Placements;
  readonly #reads: ReadBarriers;
  readonly #waiters: AppliedWaiters;
  readonly #reachable = new Set<NodeId>();
  readonly #expiry: NodeJS.Timeout;

  constructor(options: RaftNodeOptions) {
    const { log, transport, machine } = options;
    this.#options = options;
    this.#waiters = new AppliedWaiters(machine.applied.index);
    this.#driver = new Driver(
      {
        id: options.id,
        configuration: options.configuration,
        timing: options.timing,
        seed: options.seed,
        applied: machine.applied.index,
      },
      { log, transport },
      {
        beforeStep: () => this.#reads.seal(),
        commit: (index) => this.#applier.advance(index),
        proposed: (id, index, term) => this.#placements.proposed(id, index, term),
        refused: (id, reason) => this.#placements.refused(id, reason),
        readReady: (ids, index) => this.#reads.ready(ids, index),
        readFailed: (ids) => this.#reads.failed(ids),
        roleChanged: (change) => {
          this.#proposals.leaderChanged(change);
          options.onLeaderChange?.(change);
        },
        fatal: (error) => this.#stop(error),
      },
    );
    this.#applier = new Applier(machine, log, {
      cached: (from, maxEntries, maxBytes) => this.#driver.cached(from, maxEntries, maxBytes),
      applied: (index, outcomes) => this.#applied(index, outcomes),
      fatal: (error) => this.#driver.halt(error),
    });
    this.#placements = new Placements((requestId, command) =>
      this.#driver.push({ type: 'propose', request_id: requestId, command }),
    );
    const prepare = options.prepare ?? ((command: Uint8Array) => command);
    this.#proposals = new Proposals(options.id, transport, this.#placements, prepare);
    this.#reads = new ReadBarriers((id) => this.#driver.push({ type: 'read', id }), this.#waiters);
    this.#expiry = setInterval(() => this.#reads.expire(), expiryPaceMs);

    transport.onForward = (_from, request) => this.#proposals.onForward(request);
    transport.onReachable = (peer, reachable) => {
      if (reachable) this.#reachable.add(peer);
      else this.#reachable.delete(peer);
      this.#driver.push({ type: 'reachable', peer, reachable });
    };
    this.#driver.start();
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
    return this.#waiters.wait(index, timeoutMs);
  }

  status(): RaftStatus {
    const { core } = this.#driver;
    const { voters, voters_outgoing: outgoing, learners } = core.configuration;
    const members = new Map([...outgoing, ...learners, ...voters].map((one) => [one.id, one]));
    return {
      node_id: core.id,
      role: core.role,
      term: core.term,
      leader_id: core.leaderId,
      commit_index: core.commit,
      applied_index: this.#options.machine.applied.index,
      last_log_index: core.log.lastIndex,
      members: [...members.values()].map((member) => ({
        ...member,
        voter: isVoter(core.configuration, member.id),
        match_index: this.#matchOf(member.id),
        reachable: member.id === core.id || this.#reachable.has(member.id),
      })),
    };
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

  /** Stops taking part. The log, transport and machine stay open: they are the caller's. */
  close(): void {
    this.#driver.halt(null);
    this.#shutDown();
  }

  #matchOf(id: NodeId): number | null {
    const { core } = this.#driver;
    if (core.role !== 'leader') return null;
    return id === core.id ? core.durable : (core.progress.get(id)?.match ?? 0);
  }

  #applied(index: number, outcomes: readonly Outcome[]): void {
    this.#proposals.applied(outcomes);
    this.#waiters.applied(index);
    this.#driver.push({ type: 'applied', index });
  }

  #stop(error: Error): void {
    this.#shutDown();
    this.#options.onFatal(error);
  }

  #shutDown(): void {
    clearInterval(this.#expiry);
    this.#applier.close();
    this.#proposals.close();
    this.#reads.close();
    this.#waiters.close();
  }
}
