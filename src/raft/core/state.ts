import { assert } from './assert.ts';
import { Configurations, type PlacedConfiguration } from './configurations.ts';
import { LogView } from './log-view.ts';
import type { Configuration, NodeId } from './messages.ts';
import { refuseOtherDirectory } from './other-directory.ts';
import type { Progress } from './progress.ts';
import { Random } from './random.ts';
import type { CoreOptions, Effect, Role, SnapshotHead, Timing } from './types.ts';

/** A read that waits for its round, or for the leader's answer. */
export interface WaitingRead {
  readonly id: string;
  /** The follower that asked for it, `null` for a read of this node. */
  readonly from: NodeId | null;
}

/** A batch that was handed to the log and is not yet durable. */
export interface PendingBatch {
  readonly seq: number;
  readonly at: number;
  /** The log is durable up to here with this batch; a later truncation lowers it. */
  last_index: number;
}

/**
 * Everything one node knows. Only the functions of this folder change it, and only inside `step`.
 *
 * Invariants, checked after every step (`invariants.ts`): base ≤ commit ≤ last, durable ≤ last,
 * term, commit and base never fall, a leader's log only grows.
 */
export interface Core {
  readonly id: NodeId;
  readonly directoryId: string;
  readonly timing: Timing;
  readonly random: Random;
  readonly log: LogView;
  now: number;

  readonly configurations: Configurations;
  /** The latest: in force from the moment it is in the log (thesis §4.1). */
  readonly configuration: Configuration;
  /** Below the entry that made this node a member it does not campaign. */
  readonly joinIndex: number;
  /** What the host was last told. */
  toldConfiguration: {
    readonly latest: PlacedConfiguration;
    readonly committed: PlacedConfiguration;
  };

  // Persistent on all servers (paper, Figure 2).
  term: number;
  votedFor: NodeId | null;

  // Volatile on all servers.
  role: Role;
  leaderId: NodeId | null;
  commit: number;
  applied: number;
  /** Highest index that is fsynced here, by the log as it is now. */
  durable: number;
  /** The last `commit` effect: `min(commit, durable)` then. */
  announced: number;

  /** When the election starts if nobody is heard (follower, candidates). */
  electionAt: number;
  /** When a leader was last heard; `-Infinity` when never. */
  leaderHeardAt: number;

  // Persistence: batches are numbered, messages wait for numbers.
  persistSeq: number;
  durableSeq: number;
  /** The batch that made the present term and vote durable. */
  hardStateSeq: number;
  hardStateDirty: boolean;
  /** First index that was appended or replaced in this step and not yet handed to the log. */
  dirtyFrom: number | null;
  pending: PendingBatch[];
  /** The log started over in this step and that was not yet handed to it. */
  resetTo: { readonly index: number; readonly term: number } | null;
  /** A snapshot that the state machine has to become once batch `seq` is durable. */
  installing: { readonly snapshot: SnapshotHead; readonly seq: number } | null;

  // Candidates.
  votes: Map<NodeId, boolean>;
  /** From which directory each of the others voted. */
  voterDirectories: Map<NodeId, string>;
  /** The candidate's vote for itself counts when this batch is durable. */
  ownVoteSeq: number;

  // Leader.
  progress: Map<NodeId, Progress>;
  /** Those in `progress` that are members no more, and until when they are told what follows. */
  departing: Map<NodeId, number>;
  /** The present catch-up round of each learner: the last index when it began, and when that was. */
  catchUps: Map<NodeId, { readonly target: number; readonly since: number }>;
  heartbeatAt: number;
  readonly noticePatienceMs: number;
  /** The no-op of this term: until it is committed no read is answered (paper §8). */
  noopIndex: number;
  /** Bytes proposed in this term and not committed, per entry, oldest first. */
  uncommitted: { readonly index: number; readonly bytes: number }[];
  uncommittedBytes: number;

  /** Proposals are refused while the leadership is handed over. */
  transfer: { readonly to: NodeId; readonly until: number; tellAt: number } | null;

  /** No room for more commands: they are refused. What keeps the cluster together is still written. */
  diskLow: boolean;

  // Reads.
  readRound: number;
  readsWaiting: WaitingRead[];
  readsInRound: { round: number; index: number; reads: WaitingRead[] } | null;
  readsForwarded: { request_id: string; ids: string[]; sentAt: number } | null;
  readRequests: number;
  readonly readNonce: string;
  /** Reads by leader lease, on all members alike (`lease.ts`). */
  readonly leases: boolean;
  /** Round numbers in the order of their beginning, as long as they may matter for a lease. */
  roundsBegun: { readonly round: number; readonly at: number }[];
  /** The leadership may pass to another one at any moment of this term. */
  leaseIsVoid: boolean;

  effects: Effect[];
}

export function createCore(options: CoreOptions): Core {
  const log = new LogView(options.log);
  const configurations = new Configurations(
    options.codec,
    { index: options.configuration_index ?? 0, configuration: options.configuration },
    options.log.configurations,
  );
  assert(options.applied >= log.base.index, 'the state machine is behind the beginning of the log');
  const commit = options.applied;
  const core: Core = {
    id: options.id,
    directoryId: options.directory_id,
    timing: options.timing,
    random: new Random(options.seed),
    log,
    now: options.now,
    configurations,
    get configuration() {
      return configurations.latest.configuration;
    },
    joinIndex: options.join_index ?? 0,
    toldConfiguration: { latest: configurations.latest, committed: configurations.at(commit) },
    term: options.hard_state.term,
    votedFor: options.hard_state.voted_for,
    role: 'follower',
    leaderId: null,
    commit,
    applied: options.applied,
    durable: log.lastIndex,
    announced: options.applied,
    electionAt: 0,
    // It may have heard one just before it was restarted, and be counted on by that one's lease.
    leaderHeardAt: options.reads === 'lease' ? options.now : Number.NEGATIVE_INFINITY,
    persistSeq: 0,
    durableSeq: 0,
    hardStateSeq: 0,
    hardStateDirty: false,
    dirtyFrom: null,
    pending: [],
    resetTo: null,
    installing: null,
    votes: new Map(),
    voterDirectories: new Map(),
    ownVoteSeq: 0,
    progress: new Map(),
    departing: new Map(),
    catchUps: new Map(),
    heartbeatAt: 0,
    noticePatienceMs: options.notice_patience_ms ?? 0,
    noopIndex: 0,
    uncommitted: [],
    uncommittedBytes: 0,
    transfer: null,
    diskLow: options.disk_low ?? false,
    readRound: 0,
    readsWaiting: [],
    readsInRound: null,
    readsForwarded: null,
    readRequests: 0,
    readNonce: options.seed.toString(36),
    leases: options.reads === 'lease',
    roundsBegun: [],
    leaseIsVoid: false,
    effects: [],
  };
  refuseOtherDirectory(core);
  resetElectionTimer(core);
  return core;
}

export function resetElectionTimer(core: Core): void {
  const { election_timeout_min_ms: min, election_timeout_max_ms: max } = core.timing;
  core.electionAt = core.now + core.random.between(min, max);
}
