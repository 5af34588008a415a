import { directoryOf } from './directories.ts';
import type { VoteRequest, VoteResponse } from './messages.ts';
import { hardStateDurable, send } from './outbox.ts';
import { setHardState } from './persistence.ts';
import { becomeFollower } from './roles.ts';
import { type Core, resetElectionTimer } from './state.ts';
import type { MessageArrives } from './types.ts';

type Sender = Pick<MessageArrives, 'from' | 'directory_id'>;

/** RequestVote RPC, receiver (paper, Figure 2), with pre-vote and leader stickiness. */
export function onVoteRequest(core: Core, sender: Sender, request: VoteRequest): void {
  const { from } = sender;
  if (request.pre_vote) {
    // Changes nothing here: neither term, nor vote, nor timer (thesis §9.6).
    const granted = request.term > core.term && !hearsLeader(core) && isUpToDate(core, request);
    respond(core, sender, request, granted);
    return;
  }
  if (request.term < core.term || (hearsLeader(core) && !request.leadership_transfer)) {
    // "Servers disregard RequestVote when they believe a current leader exists" (thesis §4.2.3).
    respond(core, sender, request, false);
    return;
  }
  if (request.term > core.term) becomeFollower(core, request.term, null);
  // Nobody can tell with which directory its id got the vote: it might be given twice.
  const isTold = directoryOf(core.configuration, from) !== undefined;
  if (!isTold && core.votedFor === request.candidate_id) return;
  const free = core.votedFor === null || core.votedFor === request.candidate_id;
  const granted = free && core.leaderId === null && isUpToDate(core, request);
  if (granted) {
    if (core.votedFor === null) setHardState(core, core.term, request.candidate_id);
    resetElectionTimer(core);
  }
  respond(core, sender, request, granted);
}

/** RequestVote RPC, the candidate's side: one vote per voter, only for this very campaign. */
export function onVoteResponse(
  core: Core,
  { from, directory_id }: Sender,
  response: VoteResponse,
): void {
  // What was said to another directory of this id would be counted a second time.
  const { candidate_directory: asked = core.directoryId } = response;
  if (asked !== core.directoryId) return;
  if (response.pre_vote) {
    if (core.role !== 'pre_candidate') return;
    if (response.vote_granted && response.term !== core.term + 1) return;
  } else if (core.role !== 'candidate' || response.term !== core.term) {
    return;
  }
  core.votes.set(from, response.vote_granted);
  if (directory_id !== null) core.voterDirectories.set(from, directory_id);
}

/** Heard from a leader within the shortest election timeout, or is one. */
function hearsLeader(core: Core): boolean {
  if (core.role === 'leader') return true;
  return core.now - core.leaderHeardAt < core.timing.election_timeout_min_ms;
}

/** "At least as up-to-date": the later last term, then the longer log (paper §5.4.1). */
function isUpToDate(core: Core, request: VoteRequest): boolean {
  const { lastTerm, lastIndex } = core.log;
  if (request.last_log_term !== lastTerm) return request.last_log_term > lastTerm;
  return request.last_log_index >= lastIndex;
}

function respond(core: Core, to: Sender, request: VoteRequest, granted: boolean): void {
  const { from, directory_id: directory } = to;
  const body = {
    // A granted pre-vote answers for the term that was asked about, all else tells the own term.
    term: request.pre_vote && granted ? request.term : core.term,
    vote_granted: granted,
    pre_vote: request.pre_vote,
    ...(directory !== null && { candidate_directory: directory }),
  };
  send(core, from, { kind: 'VoteResponse', body }, hardStateDurable(core));
}
