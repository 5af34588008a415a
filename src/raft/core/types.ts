import type { ConfigurationCodec, PlacedConfiguration } from './configurations.ts';
import type { ChangeRefusal, MemberChange } from './member-change.ts';
import type { Configuration, LogEntry, Message, NodeId } from './messages.ts';

export type Role = 'follower' | 'pre_candidate' | 'candidate' | 'leader';

/** All times in the core are ms of the host's monotonic clock, given with every step. */
export interface Timing {
  readonly heartbeat_ms: number;
  /** An election starts after a random time in this range without a word from a leader. */
  readonly election_timeout_min_ms: number;
  readonly election_timeout_max_ms: number;
}

/** A snapshot without its bytes: what the log and the members were when it was taken. */
export interface SnapshotHead {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
  /** Of the entry that the configuration came from; 0: the cluster began with it. */
  readonly configuration_index: number;
}

/** What happened. The core knows nothing but these. */
export type Event =
  /** Time has passed; due when `deadline(core)` is reached. */
  | { readonly type: 'tick' }
  | MessageArrives
  | { readonly type: 'propose'; readonly request_id: string; readonly command: Uint8Array }
  /** `peer` forwarded a command: somebody waits there until it is applied. */
  | { readonly type: 'forwarded'; readonly peer: NodeId }
  /** A linearizable read asks from which index on this node may answer it. */
  | { readonly type: 'read'; readonly id: string }
  /** The batch `seq` and all before it are fsynced. */
  | { readonly type: 'durable'; readonly seq: number }
  /** The answer to `read_entries`: entries from the disk, in index order. */
  | { readonly type: 'entries_read'; readonly peer: NodeId; readonly entries: readonly LogEntry[] }
  /** The state machine holds everything up to `index`. */
  | { readonly type: 'applied'; readonly index: number }
  /** The log begins behind `base` now; what was before it is in a durable snapshot. */
  | {
      readonly type: 'compacted';
      readonly base: { readonly index: number; readonly term: number };
    }
  /** Whole, verified and durable here: what `from` sent as the leader of `term`. */
  | {
      readonly type: 'snapshot_received';
      readonly from: NodeId;
      readonly term: number;
      readonly snapshot: SnapshotHead;
    }
  /** A part of the snapshot arrived at `peer`. */
  | { readonly type: 'snapshot_progress'; readonly peer: NodeId }
  /** Sending a snapshot to `peer` ended, however; `term`: of its last answer, 0 when none came. */
  | { readonly type: 'snapshot_sent'; readonly peer: NodeId; readonly term: number }
  /** Hand the leadership over, `to: null`: to whoever holds most of the log. */
  | { readonly type: 'transfer'; readonly to: NodeId | null }
  | { readonly type: 'change_members'; readonly request_id: string; readonly change: MemberChange }
  /** The clock that `now` comes from stood still, as in a machine that was suspended. */
  | { readonly type: 'clock_jumped' }
  /** Whether the disk's reserve is touched. */
  | { readonly type: 'disk'; readonly low: boolean }
  | { readonly type: 'reachable'; readonly peer: NodeId; readonly reachable: boolean };

export interface MessageArrives {
  readonly type: 'message';
  readonly from: NodeId;
  /** The directory that `from` has, `null` when it does not say. */
  readonly directory_id: string | null;
  readonly message: Message;
}

/** What the host has to do, in this order. */
export type Effect =
  | PersistEffect
  | SendEffect
  /** Entries for a peer that is further behind than memory reaches. */
  | {
      readonly type: 'read_entries';
      readonly peer: NodeId;
      readonly from: number;
      readonly to: number;
    }
  /** The log does not reach back to what `peer` needs: send it the newest snapshot. */
  | { readonly type: 'send_snapshot'; readonly peer: NodeId; readonly term: number }
  /** The log starts over after this snapshot, durably: the state machine has to become it. */
  | { readonly type: 'install_snapshot'; readonly snapshot: SnapshotHead }
  /** Everything up to `index` is committed, and durable here: apply it. */
  | { readonly type: 'commit'; readonly index: number }
  | {
      readonly type: 'proposed';
      readonly request_id: string;
      readonly index: number;
      readonly term: number;
    }
  | { readonly type: 'refused'; readonly request_id: string; readonly reason: RefusalReason }
  | { readonly type: 'read_ready'; readonly ids: readonly string[]; readonly index: number }
  /** No leader could confirm these; the host may ask again. */
  | { readonly type: 'read_failed'; readonly ids: readonly string[] }
  /** The first entry of the change is in the leader's log, or nothing was left to do. */
  | { readonly type: 'change_accepted'; readonly request_id: string; readonly index: number }
  | {
      readonly type: 'change_refused';
      readonly request_id: string;
      readonly reason: ChangeRefusal;
    }
  /** The members are others, or are now known to be committed. Truncation brings earlier ones back. */
  | {
      readonly type: 'configuration';
      readonly latest: PlacedConfiguration;
      readonly committed: PlacedConfiguration;
    }
  | {
      readonly type: 'role_changed';
      readonly role: Role;
      readonly term: number;
      readonly leader_id: NodeId | null;
    };

export type RefusalReason = 'not_leader' | 'overloaded' | 'disk_low' | 'too_large';

export interface PersistEffect {
  readonly type: 'persist';
  readonly seq: number;
  readonly hard_state: { readonly term: number; readonly voted_for: NodeId | null } | null;
  /** Before the entries: the log starts over after this snapshot. */
  readonly reset?: { readonly index: number; readonly term: number };
  readonly entries: readonly LogEntry[];
}

/**
 * A message and when it may leave: not before batch `after` is durable (0: at once), and not at all
 * when the term has moved on from `if_term` by then (the late acknowledgement of an older term).
 */
export interface SendEffect {
  readonly type: 'send';
  readonly to: NodeId;
  readonly message: Message;
  readonly after: number;
  readonly if_term: number;
}

export interface CoreOptions {
  readonly id: NodeId;
  /** Of the folder that the log is in: given once, when that was made, and unlike all others. */
  readonly directory_id: string;
  /** In force at the start of the log: the first members, or what the snapshot carries. */
  readonly configuration: Configuration;
  /** Where that one stood in the log; 0 when absent. */
  readonly configuration_index?: number;
  readonly codec: ConfigurationCodec;
  /** Of a node that joined: the entry that made it a member. Below it, it never campaigns. */
  readonly join_index?: number;
  readonly timing: Timing;
  /** Seed of the election timeouts: 32 bits, different on every node and start. */
  readonly seed: number;
  /** How linearizable reads are confirmed, see `lease.ts`; default: by asking a majority. */
  readonly reads?: 'read_index' | 'lease';
  /**
   * How long a leader may keep a new commit index from a peer that waits for nothing, so that the next
   * message brings it along; default: not at all.
   */
  readonly notice_patience_ms?: number;
  readonly now: number;
  readonly hard_state: { readonly term: number; readonly voted_for: NodeId | null };
  readonly log: {
    readonly base: { readonly index: number; readonly term: number };
    readonly last_index: number;
    readonly terms: readonly { readonly first_index: number; readonly term: number }[];
    /** Configuration entries, in index order. */
    readonly configurations: readonly LogEntry[];
  };
  /** Whether the disk's reserve is touched; default: it is not. */
  readonly disk_low?: boolean;
  /** Applied before the restart, therefore committed. */
  readonly applied: number;
}
