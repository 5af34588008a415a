import type {
  Configuration,
  ForwardRequest,
  ForwardResponse,
  InstallSnapshotRequest,
  InstallSnapshotResponse,
  LogEntry,
  Message,
  NodeId,
} from './core/messages.ts';

/** Term and vote (paper, Figure 2: persistent state on all servers). */
export interface HardState {
  readonly term: number;
  readonly voted_for: NodeId | null;
}

/** One unit of durability: everything in it is on the disk, or nothing of it counts. */
export interface LogBatch {
  /** Counts up by one per batch; `onDurable` reports it. */
  readonly seq: number;
  readonly hard_state: HardState | null;
  /**
   * Before the entries: the log starts over after this snapshot, which is durable, and all that it
   * held is void.
   */
  readonly reset?: LogPosition;
  /**
   * In index order. An entry at or below the log's last index supersedes that entry and all
   * after it (the core has checked that none of them was committed).
   */
  readonly entries: readonly LogEntry[];
}

/** An entry's place: index and term name it (paper, §5.3). */
export interface LogPosition {
  readonly index: number;
  readonly term: number;
}

/** What may go from the beginning of the log. */
export interface Compaction {
  /** A durable snapshot; nothing behind it goes. */
  readonly snapshot: LogPosition;
  /** Entries behind it stay while the log is not too long: somebody is about to need them. */
  readonly hold_index: number;
}

/** What `openLog` found on the disk. */
export interface RecoveredLog {
  readonly hard_state: HardState;
  /** Index and term just before the first entry: 0/0 or those of the last snapshot. */
  readonly base: LogPosition;
  readonly last_index: number;
  /** Runs of equal term in index order, the first at `base.index + 1`. */
  readonly terms: readonly { readonly first_index: number; readonly term: number }[];
  /** Configuration entries still in the log, in index order. */
  readonly configurations: readonly LogEntry[];
}

/** The durable log. One ordered queue: batches become durable in the order of `append`. */
export interface LogStore {
  readonly recovered: RecoveredLog;
  /** Never throws and never blocks; the outcome comes by `onDurable` or `onFailure`. */
  append(batch: LogBatch): void;
  /**
   * Entries `from..to`, cut after `maxBytes` of commands but never empty. Sees all appended.
   * Rejects with a `RangeError` when the log does not hold them all: they were compacted away.
   */
  read(from: number, to: number, maxBytes: number): Promise<readonly LogEntry[]>;
  /**
   * Notes durably that the snapshot is there, then removes what need not stay, oldest first.
   * Resolves with where the log begins now: just before its first entry.
   */
  compact(compaction: Compaction): Promise<LogPosition>;
  /** `seq` and all batches before it are fsynced. */
  onDurable: (seq: number) => void;
  /** A write or fsync failed: the log is poisoned, nothing more becomes durable (fsyncgate). */
  onFailure: (error: Error) => void;
  /**
   * The disk's reserve is touched. What is appended still becomes durable, though perhaps not before there
   * is room again: whoever makes the log longer should stop.
   */
  readonly diskLow: boolean;
  /** `diskLow` is another one now. */
  onDiskLow: (low: boolean) => void;
  close(): Promise<void>;
}

/** Delivers messages to peers: at most once, in order per peer while a connection holds. */
export interface Transport {
  /** Never throws; drops the message when the peer is away or its queue is full. */
  send(to: NodeId, message: Message): void;
  /** Rejects with a `TransportError` when there is no answer within `deadlineMs`. */
  forward(to: NodeId, request: ForwardRequest, deadlineMs: number): Promise<ForwardResponse>;
  /** Rejects with a `TransportError` when there is no answer within `deadlineMs`. */
  installSnapshot(
    to: NodeId,
    request: InstallSnapshotRequest,
    deadlineMs: number,
  ): Promise<InstallSnapshotResponse>;
  /** `directoryId`: which one `from` says that it has, `null` when it does not say. */
  onMessage: (from: NodeId, message: Message, directoryId: string | null) => void;
  onForward: (from: NodeId, request: ForwardRequest) => Promise<ForwardResponse>;
  onInstallSnapshot: (
    from: NodeId,
    request: InstallSnapshotRequest,
  ) => Promise<InstallSnapshotResponse>;
  /** The connection to a peer broke, or came up. */
  onReachable: (peer: NodeId, reachable: boolean) => void;
  /** `peer` refuses to speak with this node, because it was removed from the cluster. */
  onToldRemoved: (peer: NodeId) => void;
  /** `peer` refuses to speak with this node, because it knows this id by another directory. */
  onToldOtherDirectory: (peer: NodeId) => void;
  /** New peers or addresses; connections to members that went away are closed. */
  setMembers(configuration: Configuration): void;
  close(): Promise<void>;
}

/** The result of one applied command, for whoever waits for `request_id` on this node. */
export interface Outcome {
  readonly request_id: string;
  readonly value: unknown;
}

/** A persistent state machine. Applying is synchronous and deterministic. */
export interface StateMachine {
  /** Saved in the same transaction as the effects; where replay starts after a restart. */
  readonly applied: { readonly index: number; readonly term: number };
  /** Applies in one transaction. Throws only when this replica must stop. */
  apply(entries: readonly LogEntry[]): readonly Outcome[];
  /**
   * Writes a copy of the state to a new file, without holding up `apply`; resolves with the position
   * that the copy is of. The file need not be fsynced. Rejects when it cannot be written.
   */
  writeSnapshot(path: string): Promise<LogPosition>;
  /**
   * Becomes the state in the file, durably, and leaves the file as it is. A crash on the way leaves
   * nothing that passes for either state, or one of the two.
   */
  installSnapshot(path: string): Promise<void>;
}
