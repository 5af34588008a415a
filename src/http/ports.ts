import type { AppliedCommand } from '../lms/machine.ts';
import type { MemberChange } from '../raft/core/member-change.ts';
import type { ChangeOptions } from '../raft/driver/member-changes.ts';
import type { MembersChanged, TakenSnapshot } from '../raft/node.ts';

/** What the API needs of Raft; `RaftNode` provides it, tests provide a single-node double. */
export interface Consensus {
  /**
   * Gets the command to the leader and waits until **this node** has applied it. Sends it again to
   * the next leader when the leader dies; `request_id` (the command's id) makes that safe.
   * Rejects with `ProposalError` when `timeoutMs` has passed or the proposal was refused.
   */
  propose(request: {
    readonly request_id: string;
    readonly command: Uint8Array;
    readonly timeoutMs: number;
  }): Promise<AppliedCommand>;

  /**
   * Resolves when this node has applied everything that was committed when it was called
   * (read index). Rejects with `ReadError`.
   */
  readBarrier(timeoutMs: number): Promise<void>;

  /** Resolves when this node has applied `index`; rejects with `ReadError`. */
  waitApplied(index: number, timeoutMs: number): Promise<void>;

  /**
   * Takes a snapshot of this node's state now; rejects when it cannot be written. Its file goes when there
   * are newer ones; who has it open reads on.
   */
  snapshot(): Promise<TakenSnapshot>;

  /** `null` when none is known. Asked for each answer. */
  leaderId(): string | null;

  status(): ConsensusStatus;
}

/** Who takes part, and who leads: asked of the leader, wherever that is. To ask again is safe. */
export interface MembershipControl {
  /**
   * Rejects with `MembershipError`, and with `TooFewCopies` when a voter would leave that is needed for
   * files, unless those may be lost.
   */
  changeMembers(
    change: MemberChange,
    options: ChangeOptions & { readonly acceptMissingFiles?: boolean },
  ): Promise<MembersChanged>;

  /** Resolves with who leads then; rejects with `MembershipError`. @param to `null`: any other voter */
  moveLeadership(to: string | null, timeoutMs: number): Promise<string | null>;
}

export interface ConsensusStatus {
  readonly node_id: string;
  readonly role: 'follower' | 'pre_candidate' | 'candidate' | 'leader';
  readonly term: number;
  readonly leader_id: string | null;
  readonly commit_index: number;
  readonly applied_index: number;
  readonly last_log_index: number;
  /** The first members have never met, as far as this node knows. */
  readonly founding: boolean;
  /** The members change: majorities of the old and of the new voters are needed. */
  readonly joint: boolean;
  readonly first_log_index: number;
  /** 0: this node has none. */
  readonly snapshot_index: number;
  /** The disk's reserve is touched: as a leader this node takes no writes. */
  readonly disk_low: boolean;
  readonly members: readonly {
    readonly id: string;
    readonly raft: string;
    readonly api: string;
    readonly voter: boolean;
    /** A voter that leaves when the change that is under way is committed. */
    readonly leaving: boolean;
    /** On the leader: it answered within an election timeout; elsewhere the same as `reachable`. */
    readonly healthy: boolean;
    /** On the leader: entries that this member is known to hold; elsewhere `null`. */
    readonly match_index: number | null;
    /** This node has a connection to it. */
    readonly reachable: boolean;
  }[];
}
