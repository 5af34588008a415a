import type { NodeId, TimeoutNowRequest, VoteRequest } from './messages.ts';
import { everythingDurable, send } from './outbox.ts';
import { isStalled } from './persistence.ts';
import { isElected, isVoter, memberIds, quorumValue } from './quorum.ts';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts';
import { type Core, resetElectionTimer } from './state.ts';
import { isToldToCampaign } from './transfer.ts';

/** The election timer ran out: ask first whether an election could be won (thesis §9.6). */
export function onElectionTimeout(core: Core): void {
  if (!mayCampaign(core) || isStalled(core)) {
    resetElectionTimer(core);
    return;
  }
  becomePreCandidate(core);
  core.votes.set(core.id, true);
  requestVotes(core, { pre_vote: true, leadership_transfer: false });
  advanceElection(core);
}

/**
 * The leader's process may be gone (its connection closed), or there are others to ask at last: the
 * election need not wait for the whole timeout. Should the leader be well, its next heartbeat puts
 * things right, and a pre-vote finds no majority among those that still hear it (thesis §9.6).
 */
export function hastenElection(core: Core): void {
  if (core.role === 'leader') return;
  // Its own word counts for the leader's lease too, as long as it is good.
  const earliest = core.leases ? core.leaderHeardAt + core.timing.election_timeout_min_ms : 0;
  core.electionAt = Math.min(core.electionAt, Math.max(earliest, core.now + turn(core)));
}

/**
 * Those who notice together must not stand together, or the vote is split and a whole election
 * timeout is lost: they take turns, by the order of their ids, half a heartbeat apart.
 */
function turn(core: Core): number {
  const { heartbeat_ms: heartbeat } = core.timing;
  const others = votersBesides(core).filter((id) => id !== core.leaderId);
  const place = others.filter((id) => id < core.id).length;
  return ((place + 1) * heartbeat) / 2 + core.random.between(0, heartbeat / 8);
}

/**
 * The leader handed over (thesis §3.10): no pre-vote, and the voters need not have lost their leader.
 */
export function onTimeoutNow(core: Core, from: NodeId, request: TimeoutNowRequest): void {
  if (!isToldToCampaign(core, from, request) || isStalled(core)) return;
  becomeCandidate(core);
  requestVotes(core, { pre_vote: false, leadership_transfer: true });
}

/** Some of the configurations that may be in force has this node as a voter. */
function mayCampaign(core: Core): boolean {
  if (core.configurations.latest.index < core.joinIndex) return false;
  // Also who removed itself in an entry that is not known to be committed: it may be the only one
  // whose log is good enough (thesis §4.2.2).
  return core.configurations.from(core.commit).some(({ configuration }) => {
    return isVoter(configuration, core.id);
  });
}

/** Counts the votes; called whenever one came in or the own vote became durable. */
export function advanceElection(core: Core): void {
  if (core.role === 'pre_candidate' && won(core)) {
    becomeCandidate(core);
    requestVotes(core, { pre_vote: false, leadership_transfer: false });
  }
  if (core.role === 'candidate' && core.durableSeq >= core.ownVoteSeq) {
    core.votes.set(core.id, true);
    if (won(core)) becomeLeader(core);
  }
  if (core.role !== 'leader' && core.role !== 'follower' && lost(core)) {
    becomeFollower(core, core.term, null);
  }
}

/**
 * A leader that has not heard from a majority for an election timeout gives way (check quorum,
 * thesis §6.2): the others may have elected another one long ago. So does one whose disk is stuck.
 */
export function checkLeadership(core: Core): void {
  if (core.now >= contactDeadline(core) || isStalled(core)) {
    becomeFollower(core, core.term, null);
  }
}

/** When the leader will have been without a majority for too long. */
export function contactDeadline(core: Core): number {
  const contact = quorumValue(core.configuration, (id) =>
    id === core.id ? core.now : (core.progress.get(id)?.contactAt ?? Number.NEGATIVE_INFINITY),
  );
  return contact + core.timing.election_timeout_min_ms;
}

type Campaign = Pick<VoteRequest, 'pre_vote' | 'leadership_transfer'>;

function requestVotes(core: Core, campaign: Campaign): void {
  const preVote = campaign.pre_vote;
  const body = {
    // A pre-vote asks about the next term without entering it.
    term: preVote ? core.term + 1 : core.term,
    candidate_id: core.id,
    last_log_index: core.log.lastIndex,
    last_log_term: core.log.lastTerm,
    ...campaign,
  };
  for (const id of votersBesides(core)) {
    send(core, id, { kind: 'VoteRequest', body }, preVote ? 0 : everythingDurable(core));
  }
}

function votersBesides(core: Core): NodeId[] {
  return memberIds(core.configuration).filter(
    (id) => id !== core.id && isVoter(core.configuration, id),
  );
}

function won(core: Core): boolean {
  return isElected(core.configuration, (id) => core.votes.get(id) === true);
}

/** Even if all who are silent said yes, it would not be enough. */
function lost(core: Core): boolean {
  return !isElected(core.configuration, (id) => core.votes.get(id) !== false);
}
