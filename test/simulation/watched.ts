import type { NodeId } from '../../src/raft/core/messages.ts';
import type { Core } from '../../src/raft/core/state.ts';
import type { HardState } from '../../src/raft/ports.ts';
import { HashedLog } from './hashed-log.ts';
import { MemberTrack } from './member-track.ts';

/** What is known of a node from outside, over all its lives with one folder. */
export interface Watched {
  core: Core;
  readonly directory: string;
  /** The log as the node handed it to its disk, and what of it is surely there. */
  readonly written: HashedLog;
  readonly durable: HashedLog;
  /** Of the log as it was written. */
  readonly members: MemberTrack;
  durableState: HardState;
  /** The candidate that got the vote of a term, in messages that were sent. */
  readonly votes: Map<number, NodeId>;
  /** The highest term in any message that was sent. */
  sentTerm: number;
  /** The longest prefix that it has acknowledged and that no later leader replaced. */
  acknowledged: { index: number; hash: number };
  term: number;
  commit: number;
}

/** A node that has said nothing yet. */
export function watch(core: Core): Watched {
  return {
    core,
    directory: core.directoryId,
    written: new HashedLog(),
    durable: new HashedLog(),
    members: new MemberTrack(core.configurations.at(0).configuration),
    durableState: { term: 0, voted_for: null },
    votes: new Map(),
    sentTerm: 0,
    acknowledged: { index: 0, hash: 0 },
    term: 0,
    commit: 0,
  };
}
