import type { Logger } from 'pino';
import type { Configuration, NodeId } from './core/messages.ts';
import type { Role, Timing } from './core/types.ts';
import type { LogStore, StateMachine, Transport } from './ports.ts';
import type { SnapshotStore } from './snapshot/snapshot-store.ts';

/** What `RaftNode` is made with. */
export interface RaftNodeOptions {
  readonly id: NodeId;
  /** Of the folder that the log is in, see `core/directories.ts`. */
  readonly directory_id: string;
  /** The members that the log starts with, unless a snapshot says otherwise; nobody for a node that joins. */
  readonly configuration: Configuration;
  /** Of a node that joins: the entry that made it a member. Below it, it never campaigns. */
  readonly join_index?: number;
  readonly timing: Timing;
  /** How linearizable reads are confirmed; the same on all members, see `core/lease.ts`. */
  readonly reads?: 'read_index' | 'lease';
  /** 32 random bits, fresh at every start. */
  readonly seed: number;
  readonly log: LogStore;
  readonly transport: Transport;
  /** Not behind the beginning of the log. */
  readonly machine: StateMachine;
  readonly snapshots: SnapshotStore;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** On the leader, just before a command enters the log; returns a copy, made ready. */
  readonly prepare?: (command: Uint8Array) => Uint8Array;
  /** This replica has stopped for good: its log or its state cannot be trusted any more. */
  readonly onFatal: (error: Error) => void;
  /** Called once, when it is certain that this node is no member any more: it may be closed. */
  readonly onRemoved?: () => void;
  /** The members are certain to be these. */
  readonly onMembersChange?: (configuration: Configuration) => void;
  readonly onLeaderChange?: (change: {
    readonly role: Role;
    readonly term: number;
    readonly leader_id: NodeId | null;
  }) => void;
}
