import { assert } from './assert.ts';

/** Every limit of the protocol, with its unit last. */
export const maxEntryBytes = 1024 * 1024;
export const maxAppendBytes = 1024 * 1024;
export const maxAppendEntries = 4096;
/** Messages and bytes on the way to one peer before its answers are waited for. */
export const maxInflightMessages = 64;
export const maxInflightBytes = 16 * 1024 * 1024;
/** Proposed in this term and not committed; beyond it proposals are refused. */
export const maxUncommittedBytes = 64 * 1024 * 1024;
/** Entries kept in memory for followers, beyond those that are not yet applied. */
export const maxCachedBytes = 4 * 1024 * 1024;
/** Voters and learners together: each is one more copy to send and one more to wait for. */
export const maxMembers = 15;
/** How long a peer that asked for something is told of a commit without delay. */
export const attentionMs = 1_000;
/** How far the rate of a clock may be off, as a part: leases are that much shorter, twice. */
export const maxClockDrift = 0.05;
/** A snapshot being sent of which nothing is heard for this long is given up and sent again. */
export const snapshotSilenceMs = 30_000;
/** Pause before it is sent again, or the time that a follower has to say that it has it. */
export const snapshotRetryMs = 1_000;

assert(maxAppendBytes >= maxEntryBytes, 'one entry must fit into one message');
assert(maxInflightBytes >= maxAppendBytes, 'one message must fit into the window');
assert(maxUncommittedBytes >= maxInflightBytes, 'a window must fit into what may be uncommitted');
