import type { AppliedCommand } from '../lms/machine.ts';

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

  status(): ConsensusStatus;
}

export interface ConsensusStatus {
  readonly node_id: string;
  readonly role: 'follower' | 'pre_candidate' | 'candidate' | 'leader';
  readonly term: number;
  readonly leader_id: string | null;
  readonly commit_index: number;
  readonly applied_index: number;
  readonly last_log_index: number;
  readonly members: readonly {
    readonly id: string;
    readonly raft: string;
    readonly api: string;
    readonly voter: boolean;
    /** On the leader: entries that this member is known to hold; elsewhere `null`. */
    readonly match_index: number | null;
    /** On the leader: heard from within an election timeout; elsewhere connection state. */
    readonly reachable: boolean;
  }[];
}
