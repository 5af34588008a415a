import type { Message, NodeId } from '../../src/raft/core/messages.ts';
import type { Timing } from '../../src/raft/core/types.ts';
import type { Conditions } from './conditions.ts';
import type { EventHeap } from './event-heap.ts';
import type { Folder } from './folders.ts';
import type { Invariants } from './invariants.ts';
import type { Marks } from './marks.ts';
import type { Draws } from './randomness.ts';
import type { SimSnapshot } from './snapshot-shelf.ts';
import type { Trace } from './trace.ts';

export const TIMING: Timing = {
  heartbeat_ms: 50,
  election_timeout_min_ms: 250,
  election_timeout_max_ms: 500,
};

/** What a node of the simulation is made with. */
export interface NodeParts extends Folder {
  readonly heap: EventHeap;
  readonly draws: Draws;
  readonly marks: Marks;
  readonly trace: Trace;
  readonly invariants: Invariants;
  readonly conditions: Conditions;
  /** Apart from the others, so that a run without snapshots is the same as before there were any. */
  readonly snapshotDraws: Draws;
  /** In place of one that is lost: what a node starts with that was never there. */
  newFolder(id: NodeId): Folder;
  send(from: NodeId, to: NodeId, message: Message): void;
  carrySnapshot(from: NodeId, to: NodeId, term: number, snapshot: SimSnapshot): void;
  /** Before it says its first word as leader. */
  becameLeader(id: NodeId): void;
}
