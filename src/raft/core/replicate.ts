import { beginRound } from './lease.ts';
import { attentionMs, maxAppendBytes, maxAppendEntries, snapshotSilenceMs } from './limits.ts';
import type { LogEntry, NodeId } from './messages.ts';
import { hardStateDurable, send } from './outbox.ts';
import type { Progress } from './progress.ts';
import type { Core } from './state.ts';

/**
 * Sends to every peer what it is missing. Called once at the end of a step, so everything that the
 * step brought goes out together; the leader's own disk write runs at the same time (thesis §10.2.1).
 */
export function replicate(core: Core): void {
  const heartbeat = core.now >= core.heartbeatAt;
  if (heartbeat) core.heartbeatAt = core.now + core.timing.heartbeat_ms;
  if (heartbeat && core.leases) beginRound(core);
  for (const [peer, progress] of core.progress) {
    const spoke = sendEntries(core, peer, progress);
    const asks = heartbeat || progress.roundSent < (core.readsInRound?.round ?? 0);
    if (spoke || !(asks || isNoticeDue(core, progress))) continue;
    sendAppend(core, peer, progress, [], { is_notice: !asks });
  }
}

/** Somebody on this peer waits for an entry, or will: what it has just asked for came from a client. */
export function attend(core: Core, peer: NodeId): void {
  const progress = core.progress.get(peer);
  if (progress !== undefined) progress.attentiveUntil = core.now + attentionMs;
}

/** When the next peer has to be told of what is committed. */
export function noticeDeadline(core: Core): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { noticeAt } of core.progress.values()) earliest = Math.min(earliest, noticeAt);
  return earliest;
}

/**
 * The peer could commit more than it knows of. Where nobody waits for that, it has time: as a rule the next
 * entries bring it along, and a message of its own costs both ends as much as one with entries.
 */
function isNoticeDue(core: Core, progress: Progress): boolean {
  const canCommit = Math.min(core.commit, progress.next - 1);
  const isNews = progress.commitSent < canCommit && progress.state === 'replicate';
  const patience = core.now < progress.attentiveUntil ? 0 : core.noticePatienceMs;
  progress.noticeAt = isNews
    ? Math.min(progress.noticeAt, core.now + patience)
    : Number.POSITIVE_INFINITY;
  return core.now >= progress.noticeAt;
}

/** Entries from the disk arrived for a peer that is far behind. */
export function onEntriesRead(core: Core, peer: NodeId, entries: readonly LogEntry[]): void {
  const progress = core.progress.get(peer);
  if (core.role !== 'leader' || progress === undefined) return;
  progress.reading = false;
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined || first.index !== progress.next) return;
  // Compacted away in the meantime: then it needs a snapshot.
  if (progress.next <= core.log.base.index) return;
  if (core.log.termAt(last.index) !== last.term || isBusy(progress)) return;
  sendAppend(core, peer, progress, entries);
}

function sendEntries(core: Core, peer: NodeId, progress: Progress): boolean {
  let spoke = false;
  if (progress.next <= core.log.base.index) offerSnapshot(core, peer, progress);
  while (progress.next <= core.log.lastIndex && !progress.reading && !isBusy(progress)) {
    const entries = core.log.slice(progress.next, maxAppendEntries, maxAppendBytes);
    if (entries === null) {
      progress.reading = true;
      // What is not durable yet is in memory, and may not have reached the log.
      const to = Math.min(core.durable, progress.next + maxAppendEntries - 1);
      core.effects.push({ type: 'read_entries', peer, from: progress.next, to });
      break;
    }
    sendAppend(core, peer, progress, entries);
    spoke = true;
  }
  return spoke;
}

/**
 * The log does not reach back to what the peer needs. Whatever is on its way to it: an answer to that
 * may never come, and none to a heartbeat says where the logs meet.
 */
function offerSnapshot(core: Core, peer: NodeId, progress: Progress): void {
  if (progress.state === 'snapshot' && core.now < progress.snapshotUntil) return;
  progress.needsSnapshot(core.now + snapshotSilenceMs);
  core.effects.push({ type: 'send_snapshot', peer, term: core.term });
}

function isBusy(progress: Progress): boolean {
  if (progress.state === 'snapshot') return true;
  return progress.state === 'probe' ? progress.probing : progress.windowFull;
}

function sendAppend(
  core: Core,
  peer: NodeId,
  progress: Progress,
  entries: readonly LogEntry[],
  { is_notice } = { is_notice: false },
): void {
  // A heartbeat to who needs a snapshot asks whether it has it: whether it holds our base.
  const prev = Math.max(progress.next - 1, core.log.base.index);
  const last = entries.at(-1);
  if (last !== undefined) {
    const bytes = entries.reduce((sum, entry) => sum + entry.command.length, 0);
    progress.sent(last.index, bytes);
  }
  progress.commitSent = Math.min(core.commit, prev + entries.length);
  progress.noticeAt = Number.POSITIVE_INFINITY;
  progress.roundSent = core.readRound;
  const body = {
    term: core.term,
    leader_id: core.id,
    prev_log_index: prev,
    prev_log_term: core.log.termAt(prev) ?? 0,
    entries,
    leader_commit: core.commit,
    read_round: progress.roundSent,
    acknowledged_index: progress.match,
    ...(progress.directory !== null && { acknowledged_by: progress.directory }),
    ...(is_notice && { is_notice }),
  };
  send(core, peer, { kind: 'AppendEntriesRequest', body }, hardStateDurable(core));
}
