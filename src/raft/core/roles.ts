import { assert } from './assert.ts';
import { areIdentified, identified } from './directories.ts';
import { ENTRY_TYPE, type NodeId } from './messages.ts';
import { startProgress } from './peers.ts';
import { appendEntry, setHardState } from './persistence.ts';
import { failReads } from './reads.ts';
import { type Core, resetElectionTimer } from './state.ts';
import type { Role } from './types.ts';

/**
 * The only ways to change roles (paper, Figure 4, with the thesis' pre-vote phase between follower
 * and candidate).
 */

export function becomeFollower(core: Core, term: number, leaderId: NodeId | null): void {
  if (term > core.term) setHardState(core, term, null);
  const changed = core.role !== 'follower' || core.leaderId !== leaderId;
  if (core.role !== 'follower' || core.leaderId !== leaderId) failReads(core);
  if (core.role === 'leader') resetElectionTimer(core);
  core.progress.clear();
  core.departing.clear();
  core.catchUps.clear();
  core.transfer = null;
  core.uncommitted = [];
  core.uncommittedBytes = 0;
  enter(core, 'follower', leaderId, changed);
}

export function becomePreCandidate(core: Core): void {
  assert(core.role !== 'leader', 'a leader would campaign');
  forgetVotes(core);
  failReads(core);
  resetElectionTimer(core);
  enter(core, 'pre_candidate', null, true);
}

/** Starts a new term and votes for itself in it (paper §5.2). */
export function becomeCandidate(core: Core): void {
  assert(core.role !== 'leader', 'a leader would campaign');
  setHardState(core, core.term + 1, core.id);
  forgetVotes(core);
  core.ownVoteSeq = core.persistSeq + 1;
  resetElectionTimer(core);
  enter(core, 'candidate', null, true);
}

/** Begins with a no-op: it commits what earlier terms left behind (paper §5.4.2, §8). */
export function becomeLeader(core: Core): void {
  assert(core.role === 'candidate', `a ${core.role} would become leader`);
  startProgress(core);
  core.noopIndex = core.log.lastIndex + 1;
  appendEntry(core, {
    index: core.noopIndex,
    term: core.term,
    type: ENTRY_TYPE.no_op,
    command: new Uint8Array(0),
  });
  if (!areIdentified(core.configuration)) identifyVoters(core);
  core.heartbeatAt = core.now;
  core.roundsBegun = [];
  core.leaseIsVoid = false;
  enter(core, 'leader', core.id, true);
}

/**
 * The first thing that a cluster agrees on: no command comes before it in any log, so whoever has
 * acknowledged one knows who its voters are.
 */
function identifyVoters(core: Core): void {
  const directories = new Map([...core.voterDirectories, [core.id, core.directoryId]]);
  appendEntry(core, {
    index: core.noopIndex + 1,
    term: core.term,
    type: ENTRY_TYPE.configuration,
    command: core.configurations.encode(identified(core.configuration, directories)),
  });
}

function forgetVotes(core: Core): void {
  core.votes = new Map();
  core.voterDirectories = new Map();
}

function enter(core: Core, role: Role, leaderId: NodeId | null, changed: boolean): void {
  core.role = role;
  core.leaderId = leaderId;
  if (!changed) return;
  core.effects.push({ type: 'role_changed', role, term: core.term, leader_id: leaderId });
}
