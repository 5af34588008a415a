import type { NodeId, TimeoutNowRequest } from './messages.ts';
import { hardStateDurable, send } from './outbox.ts';
import { isVoter } from './quorum.ts';
import { becomeFollower } from './roles.ts';
import type { Core } from './state.ts';

/**
 * Leadership transfer (thesis §3.10): the leader takes no more proposals, brings its successor up to
 * date and tells it to campaign at once. If nothing came of it within an election timeout, it goes on.
 */

/** @param to the successor, `null`: whoever holds most. One transfer at a time. */
export function onTransfer(core: Core, to: NodeId | null): void {
  if (core.role !== 'leader' || core.transfer !== null) return;
  const successor = to ?? mostUpToDate(core);
  if (successor === null || !isSuccessor(core, successor)) return;
  const until = core.now + core.timing.election_timeout_min_ms;
  core.transfer = { to: successor, until, tellAt: core.now };
}

/**
 * Tells the successor as soon as it holds everything, and again with each heartbeat: the word may be
 * lost, and a second one moves nobody. Called once at the end of a step.
 */
export function advanceTransfer(core: Core): void {
  const { transfer } = core;
  if (transfer === null) return;
  if (core.now >= transfer.until) {
    core.transfer = null;
    // Nobody took over from a leader that was removed: an election decides.
    if (!isVoter(core.configuration, core.id)) becomeFollower(core, core.term, null);
    return;
  }
  const isCaughtUp = core.progress.get(transfer.to)?.match === core.log.lastIndex;
  if (core.now < transfer.tellAt || !isCaughtUp) return;
  transfer.tellAt = core.heartbeatAt;
  // Even if it is given up: the word may come late, and who campaigns by it need not wait.
  core.leaseIsVoid = true;
  const body = { term: core.term, leader_id: core.id };
  send(core, transfer.to, { kind: 'TimeoutNowRequest', body }, hardStateDurable(core));
}

/** Whether the leader of the present term has handed over to this node. */
export function isToldToCampaign(core: Core, from: NodeId, request: TimeoutNowRequest): boolean {
  if (request.term !== core.term || core.role === 'leader') return false;
  return core.leaderId === from && isVoter(core.configuration, core.id);
}

function isSuccessor(core: Core, id: NodeId): boolean {
  return core.progress.has(id) && core.configuration.voters.some((member) => member.id === id);
}

/** Among those that answered within an election timeout. */
function mostUpToDate(core: Core): NodeId | null {
  const since = core.now - core.timing.election_timeout_min_ms;
  let best: NodeId | null = null;
  let bestMatch = -1;
  for (const [id, { match, contactAt }] of core.progress) {
    if (contactAt <= since || match <= bestMatch || !isSuccessor(core, id)) continue;
    best = id;
    bestMatch = match;
  }
  return best;
}
