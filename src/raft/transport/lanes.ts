import type { FrameName } from './frames.ts';

/** The two connections to a peer: what may be large has its own, so that nothing waits behind it. */
export const LANES = ['bulk', 'control'] as const;
export type Lane = (typeof LANES)[number];

/**
 * All AppendEntriesRequests keep one order, heartbeats included: one that overtook entries would
 * name a previous index that the follower does not have yet, and be refused for nothing.
 */
const BULK: readonly FrameName[] = ['AppendEntriesRequest', 'ForwardRequest'];

export function laneOf(name: FrameName): Lane {
  return BULK.includes(name) ? 'bulk' : 'control';
}

export const LANE_HEADER = 'raft-lane';
export const STREAM_PATH = '/raft.v1.Raft/Stream';
