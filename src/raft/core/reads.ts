import { beginRound, holdsLease } from './lease.ts';
import type { NodeId, ReadIndexRequest, ReadIndexResponse } from './messages.ts';
import { hardStateDurable, send } from './outbox.ts';
import { hasQuorum } from './quorum.ts';
import type { Core, WaitingRead } from './state.ts';

/**
 * Linearizable reads by read index (thesis §6.4). The leader takes its commit index, then has a
 * majority confirm, in answers to messages sent **after** that, that it still leads. Each round has a
 * fresh number that is echoed, so a late answer to an earlier message confirms nothing. Reads that
 * come while a round is on its way share the next one. With a lease (`lease.ts`) there is nothing to ask.
 */

export function onRead(core: Core, id: string): void {
  if (core.role !== 'leader' && core.leaderId === null) {
    core.effects.push({ type: 'read_failed', ids: [id] });
    return;
  }
  core.readsWaiting.push({ id, from: null });
}

/**
 * A follower asks on behalf of its own readers. It asks **after** they came, and says in which term: where
 * the two are a majority, that confirms the leadership as well as any answer to a round would.
 */
export function onReadIndexRequest(core: Core, from: NodeId, request: ReadIndexRequest): void {
  const { request_id, term } = request;
  if (core.role !== 'leader') return answer(core, from, request_id, -1);
  const confirms =
    term === core.term &&
    core.commit >= core.noopIndex &&
    hasQuorum(core.configuration, (id) => id === core.id || id === from);
  if (confirms) answer(core, from, request_id, core.commit);
  else core.readsWaiting.push({ id: request_id, from });
}

export function onReadIndexResponse(core: Core, response: ReadIndexResponse): void {
  const asked = core.readsForwarded;
  if (asked === null || asked.request_id !== response.request_id) return;
  core.readsForwarded = null;
  core.effects.push(
    response.read_index < 0
      ? { type: 'read_failed', ids: asked.ids }
      : { type: 'read_ready', ids: asked.ids, index: response.read_index },
  );
}

/** Starts and finishes rounds as far as the answers allow; called once at the end of a step. */
export function advanceReads(core: Core): void {
  if (core.role === 'leader') advanceRound(core);
  else if (core.leaderId !== null) askLeader(core, core.leaderId);
}

/** Nobody can confirm what was asked: of a deposed leader, or of a follower without one. */
export function failReads(core: Core): void {
  const reads = [...core.readsWaiting, ...(core.readsInRound?.reads ?? [])];
  const own = reads.filter((read) => read.from === null).map((read) => read.id);
  const ids = [...own, ...(core.readsForwarded?.ids ?? [])];
  for (const read of reads) if (read.from !== null) answer(core, read.from, read.id, -1);
  core.readsWaiting = [];
  core.readsInRound = null;
  core.readsForwarded = null;
  if (ids.length > 0) core.effects.push({ type: 'read_failed', ids });
}

/** The question to the leader, or its answer, may have been lost: ask again. */
export function repeatForwardedReads(core: Core): void {
  const asked = core.readsForwarded;
  if (asked === null || core.leaderId === null) return;
  if (core.now - asked.sentAt < core.timing.heartbeat_ms) return;
  asked.sentAt = core.now;
  sendRequest(core, core.leaderId, asked.request_id);
}

function advanceRound(core: Core): void {
  finishRound(core);
  // Until the no-op of this term is committed, the commit index may be behind (paper §8).
  if (core.readsWaiting.length === 0 || core.commit < core.noopIndex) return;
  if (holdsLease(core)) {
    const reads = core.readsWaiting;
    core.readsWaiting = [];
    return answerAll(core, reads, core.commit);
  }
  if (core.readsInRound !== null) return;
  beginRound(core);
  core.readsInRound = { round: core.readRound, index: core.commit, reads: core.readsWaiting };
  core.readsWaiting = [];
  finishRound(core);
}

function finishRound(core: Core): void {
  const current = core.readsInRound;
  if (current === null) return;
  const confirmed = hasQuorum(
    core.configuration,
    (id) => id === core.id || (core.progress.get(id)?.roundAcked ?? 0) >= current.round,
  );
  if (!confirmed) return;
  core.readsInRound = null;
  answerAll(core, current.reads, current.index);
}

function answerAll(core: Core, reads: readonly WaitingRead[], index: number): void {
  const own = reads.filter((read) => read.from === null).map((read) => read.id);
  if (own.length > 0) core.effects.push({ type: 'read_ready', ids: own, index });
  for (const read of reads) if (read.from !== null) answer(core, read.from, read.id, index);
}

function answer(core: Core, to: NodeId, requestId: string, readIndex: number): void {
  const body = { request_id: requestId, term: core.term, read_index: readIndex };
  send(core, to, { kind: 'ReadIndexResponse', body }, hardStateDurable(core));
}

function askLeader(core: Core, leaderId: NodeId): void {
  if (core.readsForwarded !== null || core.readsWaiting.length === 0) return;
  core.readRequests += 1;
  const requestId = `${core.id}.${core.readNonce}.${core.readRequests}`;
  const ids = core.readsWaiting.map((read) => read.id);
  core.readsForwarded = { request_id: requestId, ids, sentAt: core.now };
  core.readsWaiting = [];
  sendRequest(core, leaderId, requestId);
}

function sendRequest(core: Core, leaderId: NodeId, requestId: string): void {
  const body = { term: core.term, request_id: requestId };
  send(core, leaderId, { kind: 'ReadIndexRequest', body }, 0);
}
