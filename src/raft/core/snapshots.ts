import { assert } from './assert.ts';
import { snapshotRetryMs, snapshotSilenceMs } from './limits.ts';
import type { NodeId } from './messages.ts';
import { everythingDurable, hardStateDurable, send } from './outbox.ts';
import { startOver } from './persistence.ts';
import { becomeFollower } from './roles.ts';
import { type Core, resetElectionTimer } from './state.ts';
import type { Event, SnapshotHead } from './types.ts';

/**
 * Snapshots (paper §7). Their bytes never come here: the host takes, sends, receives and verifies
 * them, and the core decides who needs one and what one that came means.
 */

/** The host has removed the log's beginning. Late news, from before the log started over, is none. */
export function onCompacted(core: Core, base: { index: number; term: number }): void {
  if (base.index <= core.log.base.index) return;
  core.log.compactTo(base);
  core.configurations.compactTo(base.index);
}

/** InstallSnapshot RPC, receiver, once the file is whole (paper, Figure 13, from step 5 on). */
export function onSnapshotReceived(
  core: Core,
  { from, term, snapshot }: Extract<Event, { type: 'snapshot_received' }>,
): void {
  if (term < core.term) {
    // Always answered: a leader that does not hear of our term would send it for ever.
    answer(core, from, false);
    return;
  }
  assert(
    term > core.term || core.leaderId === null || core.leaderId === from,
    `two leaders in term ${term}: ${core.leaderId} and ${from}`,
  );
  if (term > core.term || core.role !== 'follower' || core.leaderId !== from) {
    becomeFollower(core, term, from);
  }
  core.leaderHeardAt = core.now;
  resetElectionTimer(core);
  if (snapshot.index > core.commit) adopt(core, snapshot);
  answer(core, from, true);
}

/** The state machine becomes the snapshot only after the log did: it never leads the log. */
export function announceInstall(core: Core): void {
  const { installing } = core;
  if (installing === null || core.durableSeq < installing.seq) return;
  core.installing = null;
  core.effects.push({ type: 'install_snapshot', snapshot: installing.snapshot });
}

export function onSnapshotProgress(core: Core, peer: NodeId): void {
  const progress = core.progress.get(peer);
  if (progress?.state === 'snapshot') progress.snapshotUntil = core.now + snapshotSilenceMs;
}

/** If it arrived, the peer says so itself; if it did not, it is sent again after a pause. */
export function onSnapshotSent(core: Core, peer: NodeId, term: number): void {
  if (term > core.term) becomeFollower(core, term, null);
  const progress = core.progress.get(peer);
  if (progress?.state === 'snapshot') progress.snapshotUntil = core.now + snapshotRetryMs;
}

/**
 * A log that holds the snapshot's last entry holds all before it too (Log Matching), and what it has
 * behind it may be acknowledged: then the snapshot only tells what is committed. Else nothing of the
 * log is worth keeping (Figure 13, steps 6 and 7).
 */
function adopt(core: Core, snapshot: SnapshotHead): void {
  if (core.log.termAt(snapshot.index) === snapshot.term) {
    core.commit = snapshot.index;
    return;
  }
  startOver(core, { index: snapshot.index, term: snapshot.term });
  const { configuration, configuration_index: index } = snapshot;
  core.configurations.reset({ index, configuration });
  core.installing = { snapshot, seq: core.persistSeq + 1 };
}

/** As to AppendEntries: what is committed here matches the log of every later leader. */
function answer(core: Core, to: NodeId, success: boolean): void {
  const body = {
    term: core.term,
    success,
    match_index: success ? core.commit : 0,
    conflict_index: success ? 0 : core.log.lastIndex + 1,
    conflict_term: 0,
    read_round: 0,
  };
  const after = success ? everythingDurable(core) : hardStateDurable(core);
  send(core, to, { kind: 'AppendEntriesResponse', body }, after);
}
