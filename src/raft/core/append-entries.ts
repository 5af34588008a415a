import { assert } from './assert.ts';
import { LogReverted } from './log-reverted.ts';
import type { AppendEntriesRequest, LogEntry, NodeId } from './messages.ts';
import { everythingDurable, hardStateDurable, send } from './outbox.ts';
import { appendEntry, truncateFrom } from './persistence.ts';
import { becomeFollower } from './roles.ts';
import { type Core, resetElectionTimer } from './state.ts';

/** AppendEntries RPC, receiver (paper, Figure 2; conflict hints as in §5.3). */
export function onAppendEntries(core: Core, from: NodeId, request: AppendEntriesRequest): void {
  if (request.term < core.term) {
    refuse(core, from, request, core.log.lastIndex + 1, 0);
    return;
  }
  assert(
    core.leaderId === null || core.leaderId === from,
    `two leaders in term ${core.term}: ${core.leaderId} and ${from}`,
  );
  if (core.role !== 'follower' || core.leaderId !== from) becomeFollower(core, request.term, from);
  const { acknowledged_index: acknowledged = 0, acknowledged_by: by = core.directoryId } = request;
  if (by === core.directoryId && acknowledged > core.log.lastIndex) {
    // Within its term nobody but this leader cuts our log, and never what was acknowledged to it.
    throw new LogReverted(core.log.lastIndex, acknowledged, core.term);
  }
  core.leaderHeardAt = core.now;
  resetElectionTimer(core);

  const { prev_log_index: prev, prev_log_term: prevTerm } = request;
  const ownTerm = core.log.termAt(prev);
  if (prev >= core.log.base.index && ownTerm !== prevTerm) {
    const conflictAt = ownTerm === null ? core.log.lastIndex + 1 : core.log.firstOfTermAt(prev);
    refuse(core, from, request, conflictAt, ownTerm ?? 0);
    return;
  }
  const match = Math.max(prev + request.entries.length, core.log.base.index);
  const changed = appendMissing(core, request.entries);
  // What this message did not show to match must not be committed by it (Figure 2, rule 5).
  core.commit = Math.max(core.commit, Math.min(request.leader_commit, match));
  if (request.is_notice) return;
  accept(core, from, request, changed ? match : Math.min(match, core.durable));
}

/** Deletes from the first entry that conflicts, and only then; appends what is not there yet. */
function appendMissing(core: Core, entries: readonly LogEntry[]): boolean {
  const first = entries.findIndex((entry) => {
    return entry.index > core.log.base.index && core.log.termAt(entry.index) !== entry.term;
  });
  const conflict = entries[first];
  if (conflict === undefined) return entries.length > 0;
  if (conflict.index <= core.log.lastIndex) truncateFrom(core, conflict.index);
  for (const entry of entries.slice(first)) appendEntry(core, entry);
  return true;
}

/**
 * The answer to entries waits until they are durable. The answer to a heartbeat claims only what is
 * durable already, so a slow disk does not silence this follower.
 */
function accept(core: Core, to: NodeId, request: AppendEntriesRequest, match: number): void {
  const body = {
    term: core.term,
    success: true,
    match_index: match,
    conflict_index: 0,
    conflict_term: 0,
    read_round: request.read_round,
    ...(core.leases && { keeps_lease: true }),
  };
  const after = match <= core.durable ? hardStateDurable(core) : everythingDurable(core);
  send(core, to, { kind: 'AppendEntriesResponse', body }, after);
}

function refuse(
  core: Core,
  to: NodeId,
  request: AppendEntriesRequest,
  conflictIndex: number,
  conflictTerm: number,
): void {
  const body = {
    term: core.term,
    success: false,
    match_index: 0,
    conflict_index: conflictIndex,
    conflict_term: conflictTerm,
    // An older term's round number says nothing about the rounds of the present leader, who may be
    // the same node after a restart, counting from 1 again.
    read_round: request.term === core.term ? request.read_round : 0,
    ...(core.leases && { keeps_lease: true }),
  };
  send(core, to, { kind: 'AppendEntriesResponse', body }, hardStateDurable(core));
}
