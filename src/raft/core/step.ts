import { onAppendEntries } from './append-entries.ts';
import { onAppendEntriesResponse } from './append-response.ts';
import { advanceCommit, announceCommit } from './commit.ts';
import {
  advanceElection,
  checkLeadership,
  contactDeadline,
  hastenElection,
  onElectionTimeout,
  onTimeoutNow,
} from './election.ts';
import { checkInvariants, checkpoint } from './invariants.ts';
import { onClockJumped } from './lease.ts';
import { advanceMembership, onChangeMembers, reportConfiguration } from './membership.ts';
import type { Message, NodeId } from './messages.ts';
import { dropOutdated } from './outbox.ts';
import { isSameServer } from './peers.ts';
import { onDurable, persist } from './persistence.ts';
import { onPropose } from './propose.ts';
import {
  advanceReads,
  onRead,
  onReadIndexRequest,
  onReadIndexResponse,
  repeatForwardedReads,
} from './reads.ts';
import { attend, noticeDeadline, onEntriesRead, replicate } from './replicate.ts';
import { onVoteRequest, onVoteResponse } from './request-vote.ts';
import { becomeFollower } from './roles.ts';
import {
  announceInstall,
  onCompacted,
  onSnapshotProgress,
  onSnapshotReceived,
  onSnapshotSent,
} from './snapshots.ts';
import type { Core } from './state.ts';
import { advanceTransfer, onTransfer } from './transfer.ts';
import type { Effect, Event, MessageArrives } from './types.ts';

/**
 * The whole algorithm: takes what happened, changes `core`, and returns what has to be done, in
 * order. No I/O, no clock, no randomness but the seed: the same core and events give the same
 * effects. Events that came in together are given together and share one batch on the disk and one
 * message per peer.
 */
export function step(core: Core, now: number, events: readonly Event[]): readonly Effect[] {
  const before = checkpoint(core);
  core.now = Math.max(core.now, now);
  core.effects = [];
  for (const event of events) onEvent(core, event);
  advanceElection(core);
  if (core.role === 'leader') advanceCommit(core);
  if (core.role === 'leader') advanceMembership(core);
  advanceReads(core);
  if (core.role === 'leader') replicate(core);
  advanceTransfer(core);
  announceInstall(core);
  announceCommit(core);
  reportConfiguration(core);
  persist(core);
  if (core.term > before.term) dropOutdated(core);
  checkInvariants(core, before);
  return core.effects;
}

/** When the next `tick` is due, by the clock that `now` comes from. */
export function deadline(core: Core): number {
  if (core.role === 'leader') {
    const until = core.transfer?.until ?? Number.POSITIVE_INFINITY;
    return Math.min(core.heartbeatAt, contactDeadline(core), noticeDeadline(core), until);
  }
  const repeat = core.readsForwarded === null ? Number.POSITIVE_INFINITY : repeatAt(core);
  return Math.min(core.electionAt, repeat);
}

function repeatAt(core: Core): number {
  return (core.readsForwarded?.sentAt ?? 0) + core.timing.heartbeat_ms;
}

function onEvent(core: Core, event: Event): void {
  switch (event.type) {
    case 'tick':
      return onTick(core);
    case 'message':
      return onMessage(core, event);
    case 'propose':
      return onPropose(core, event.request_id, event.command);
    case 'forwarded':
      return attend(core, event.peer);
    case 'read':
      return onRead(core, event.id);
    case 'durable':
      return onDurable(core, event.seq);
    case 'entries_read':
      return onEntriesRead(core, event.peer, event.entries);
    case 'applied':
      core.applied = event.index;
      return core.log.evict(Math.min(event.index, core.durable));
    case 'compacted':
      return onCompacted(core, event.base);
    case 'snapshot_received':
      return onSnapshotReceived(core, event);
    case 'snapshot_progress':
      return onSnapshotProgress(core, event.peer);
    case 'snapshot_sent':
      return onSnapshotSent(core, event.peer, event.term);
    case 'transfer':
      return onTransfer(core, event.to);
    case 'change_members':
      return onChangeMembers(core, event.request_id, event.change);
    case 'clock_jumped':
      return onClockJumped(core);
    case 'disk':
      core.diskLow = event.low;
      return;
    case 'reachable':
      return onReachable(core, event.peer, event.reachable);
  }
}

function onTick(core: Core): void {
  if (core.role === 'leader') checkLeadership(core);
  else if (core.now >= core.electionAt) onElectionTimeout(core);
  repeatForwardedReads(core);
}

/** Who speaks and in which term is looked at here and nowhere else (paper §5.1). */
function onMessage(core: Core, arrival: MessageArrives): void {
  const { from, message } = arrival;
  if (!isSameServer(core, from, arrival.directory_id)) return;
  const term = bindingTerm(message);
  if (term > core.term) becomeFollower(core, term, null);
  switch (message.kind) {
    case 'VoteRequest':
      return onVoteRequest(core, arrival, message.body);
    case 'VoteResponse':
      return onVoteResponse(core, arrival, message.body);
    case 'AppendEntriesRequest':
      return onAppendEntries(core, from, message.body);
    case 'AppendEntriesResponse':
      if (message.body.term === core.term) onAppendEntriesResponse(core, from, message.body);
      return;
    case 'TimeoutNowRequest':
      return onTimeoutNow(core, from, message.body);
    case 'ReadIndexRequest':
      attend(core, from);
      return onReadIndexRequest(core, from, message.body);
    case 'ReadIndexResponse':
      if (message.body.term === core.term) onReadIndexResponse(core, message.body);
      return;
  }
}

/**
 * The term that a message obliges its receiver to enter, 0 when none: a pre-vote asks about a term
 * without entering it, and a vote is judged first, lest a disturbed server depose a good leader.
 */
function bindingTerm(message: Message): number {
  if (message.kind === 'VoteRequest' || message.kind === 'ReadIndexRequest') return 0;
  if (message.kind === 'VoteResponse' && message.body.pre_vote && message.body.vote_granted) {
    return 0;
  }
  return message.body.term;
}

/** A connection broke or came up: what was on its way to that peer is lost. */
function onReachable(core: Core, peer: NodeId, reachable: boolean): void {
  core.progress.get(peer)?.lost(core.log.base.index);
  const lostLeader = !reachable && core.leaderId === peer;
  if (lostLeader && !core.leases) core.leaderHeardAt = Number.NEGATIVE_INFINITY;
  if (lostLeader || (reachable && core.leaderId === null)) hastenElection(core);
}
