import { assert } from './assert.ts';
import { ENTRY_TYPE, type LogEntry, type NodeId } from './messages.ts';
import type { Core } from './state.ts';

export function setHardState(core: Core, term: number, votedFor: NodeId | null): void {
  assert(term >= core.term, `the term would fall from ${core.term} to ${term}`);
  core.term = term;
  core.votedFor = votedFor;
  core.hardStateDirty = true;
}

export function appendEntry(core: Core, entry: LogEntry): void {
  core.log.append(entry);
  // In force from here on, committed or not (thesis §4.1).
  if (entry.type === ENTRY_TYPE.configuration) core.configurations.append(entry);
  core.dirtyFrom = Math.min(core.dirtyFrom ?? entry.index, entry.index);
}

/**
 * Removes a conflicting suffix. Never at or below the commit index (Leader Completeness, paper
 * §5.4.3), and never on a leader (Leader Append-Only, §5.3).
 */
export function truncateFrom(core: Core, from: number): void {
  assert(from > core.commit, `a committed entry would be truncated: ${from} ≤ ${core.commit}`);
  assert(core.role !== 'leader', 'a leader would truncate its log');
  core.log.truncateFrom(from);
  core.configurations.truncateFrom(from);
  core.durable = Math.min(core.durable, from - 1);
  for (const batch of core.pending) batch.last_index = Math.min(batch.last_index, from - 1);
  core.dirtyFrom = Math.min(core.dirtyFrom ?? from, from);
}

/**
 * Discards the whole log: it starts over after a snapshot that is ahead of all that is committed here.
 * Until the disk has done so, what is durable is what was committed before.
 */
export function startOver(
  core: Core,
  base: { readonly index: number; readonly term: number },
): void {
  assert(base.index > core.commit, `a snapshot would replace newer state: ${base.index}`);
  assert(core.role !== 'leader', 'a leader would discard its log');
  core.durable = Math.min(core.durable, core.commit);
  for (const batch of core.pending) batch.last_index = Math.min(batch.last_index, core.commit);
  core.log.reset(base);
  core.resetTo = base;
  core.dirtyFrom = null;
  core.commit = base.index;
  core.announced = base.index;
}

/** Hands what changed in this step to the log, as one batch. */
export function persist(core: Core): void {
  if (!core.hardStateDirty && core.dirtyFrom === null && core.resetTo === null) return;
  core.persistSeq += 1;
  const entries = core.dirtyFrom === null ? [] : changedEntries(core, core.dirtyFrom);
  core.effects.unshift({
    type: 'persist',
    seq: core.persistSeq,
    hard_state: core.hardStateDirty ? { term: core.term, voted_for: core.votedFor } : null,
    ...(core.resetTo === null ? {} : { reset: core.resetTo }),
    entries,
  });
  if (core.hardStateDirty) core.hardStateSeq = core.persistSeq;
  core.pending.push({
    seq: core.persistSeq,
    at: core.now,
    last_index: core.log.lastIndex,
  });
  core.hardStateDirty = false;
  core.dirtyFrom = null;
  core.resetTo = null;
}

/**
 * The batch `seq` is on the disk. It speaks for the log as it was, so what was truncated since counts
 * no more, even if the very same entry has come back: the batches in between will take it away on
 * the disk, and only the one that wrote it again brings it back.
 */
export function onDurable(core: Core, seq: number): void {
  assert(seq <= core.persistSeq, `batch ${seq} is durable but was never written`);
  core.durableSeq = Math.max(core.durableSeq, seq);
  while (core.pending.length > 0 && (core.pending[0]?.seq ?? 0) <= seq) {
    core.durable = Math.max(core.durable, core.pending.shift()?.last_index ?? 0);
  }
}

/** The disk has not finished a batch for longer than an election takes. */
export function isStalled(core: Core): boolean {
  const oldest = core.pending[0];
  return oldest !== undefined && core.now - oldest.at > core.timing.election_timeout_min_ms;
}

function changedEntries(core: Core, from: number): readonly LogEntry[] {
  const { lastIndex } = core.log;
  if (from > lastIndex) return [];
  const entries = core.log.slice(from, lastIndex - from + 1, Number.POSITIVE_INFINITY);
  assert(entries !== null, 'entries that are not durable must be in memory');
  return entries;
}
