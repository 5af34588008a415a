import { assert } from './assert.ts';
import {
  begin,
  type ChangeRefusal,
  finish,
  isJoint,
  type MemberChange,
  promote,
} from './member-change.ts';
import { type Configuration, ENTRY_TYPE, type Member, type NodeId } from './messages.ts';
import { refuseOtherDirectory } from './other-directory.ts';
import { followMembers, forgetDeparted, isAnswering } from './peers.ts';
import { appendEntry } from './persistence.ts';
import { isVoter } from './quorum.ts';
import { becomeFollower } from './roles.ts';
import type { Core } from './state.ts';
import { onTransfer } from './transfer.ts';

/**
 * Changes of the members by joint consensus (thesis §4.3). One configuration entry at a time, and only
 * by a leader that has committed an entry of its term (Ongaro 2015: otherwise two leaders' changes
 * can have majorities that do not meet). What is begun needs nobody to go on with it: whoever leads
 * takes the next step as soon as the previous one is committed, as the configuration itself says
 * what it is on its way to.
 */

/** Asked for by an administrator, of whom this node takes to be the leader. */
export function onChangeMembers(core: Core, requestId: string, change: MemberChange): void {
  const next = core.role === 'leader' ? begin(core.configuration, change) : 'not_leader';
  const refusal = typeof next === 'string' ? next : refusalOf(core, next);
  if (refusal !== null) {
    core.effects.push({ type: 'change_refused', request_id: requestId, reason: refusal });
    return;
  }
  if (next !== null && typeof next !== 'string') propose(core, next);
  const { index } = core.configurations.latest;
  core.effects.push({ type: 'change_accepted', request_id: requestId, index });
}

/** The leader takes the next step of whatever is under way; once in a step, after the commit index moved. */
export function advanceMembership(core: Core): void {
  forgetDeparted(core);
  if (core.transfer !== null || !isSettled(core)) return;
  const { configuration } = core;
  if (isJoint(configuration)) propose(core, finish(configuration));
  else if (!isVoter(configuration, core.id)) giveWay(core);
  else promoteLearners(core);
}

/** Tells the host when the members are others than it knows, or the same ones for certain. */
export function reportConfiguration(core: Core): void {
  const { latest } = core.configurations;
  const committed = core.configurations.at(core.commit);
  const told = core.toldConfiguration;
  if (told.latest === latest && told.committed === committed) return;
  core.toldConfiguration = { latest, committed };
  refuseOtherDirectory(core);
  core.effects.push({ type: 'configuration', latest, committed });
}

/** No configuration is on its way, and none of an earlier leader can turn up (Ongaro 2015). */
function isSettled(core: Core): boolean {
  return core.commit >= core.noopIndex && core.configurations.latest.index <= core.commit;
}

function refusalOf(core: Core, next: Configuration | null): ChangeRefusal | null {
  if (next === null) return null;
  if (core.commit < core.noopIndex) return 'not_ready';
  if (!isSettled(core) || isJoint(core.configuration) || core.transfer !== null) {
    return 'in_progress';
  }
  return isSafe(core, next) ? null : 'unsafe';
}

/** Where voters change, those of the new configuration that answer must be a majority of it. */
function isSafe(core: Core, next: Configuration): boolean {
  if (!isJoint(next)) return true;
  const answering = next.voters.filter((member) => isAnswering(core, member.id));
  return answering.length > next.voters.length / 2;
}

function propose(core: Core, configuration: Configuration): void {
  assert(isSettled(core), 'two changes of the members at once');
  const before = core.configuration;
  appendEntry(core, {
    index: core.log.lastIndex + 1,
    term: core.term,
    type: ENTRY_TYPE.configuration,
    command: core.configurations.encode(configuration),
  });
  followMembers(core, before);
  followMembers(core, core.configuration);
}

/** A leader that is no voter any more: whoever holds most goes on, or an election decides. */
function giveWay(core: Core): void {
  onTransfer(core, null);
  if (core.transfer === null) becomeFollower(core, core.term, null);
}

function promoteLearners(core: Core): void {
  const ready = new Map<NodeId, string>();
  for (const learner of core.configuration.learners) {
    const directory = core.progress.get(learner.id)?.directory ?? null;
    if (isCaughtUp(core, learner) && directory !== null) ready.set(learner.id, directory);
  }
  if (ready.size === 0) return;
  const next = promote(core.configuration, ready);
  if (isSafe(core, next)) propose(core, next);
}

/**
 * Caught up in rounds (thesis §4.2.1): each ends when the learner holds what the leader had when it
 * began. A round within an election timeout shows that it will not hold the others up as a voter.
 */
function isCaughtUp(core: Core, { id }: Member): boolean {
  const progress = core.progress.get(id);
  if (progress === undefined || !isAnswering(core, id)) {
    core.catchUps.delete(id);
    return false;
  }
  const round = core.catchUps.get(id);
  if (round !== undefined && progress.match < round.target) return false;
  core.catchUps.set(id, { target: core.log.lastIndex, since: core.now });
  return round !== undefined && core.now - round.since < core.timing.election_timeout_min_ms;
}
