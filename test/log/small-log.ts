import type { EntryType, LogEntry } from '../../src/raft/core/messages.ts';
import type { FileSystem } from '../../src/raft/log/file-system.ts';
import { checkedLimits, type LogLimits } from '../../src/raft/log/limits.ts';
import { LogEngine } from '../../src/raft/log/log-engine.ts';
import type { HardState, LogBatch } from '../../src/raft/ports.ts';

export const FOLDER = '/log';
export const IDENTITY = { cluster_id: 'cluster-1', node_id: 'n1' };
/** Two pages per segment: the header, and one page of records. */
export const SMALL_LIMITS = checkedLimits({
  segmentBytes: 8192,
  maxGroupBytes: 4096,
  spareStepBytes: 4096,
  readWindowBytes: 4096,
  maxBrokenBytes: 4096,
  trailingEntries: 1,
});

/** An engine with tiny segments and a nonce that is the same in each run. */
export function openSmall(
  fs: FileSystem,
  mustExist = false,
  limits: Partial<LogLimits> = {},
): LogEngine {
  return new LogEngine({
    fs,
    folder: FOLDER,
    identity: IDENTITY,
    limits: { ...SMALL_LIMITS, ...limits },
    newNonce: () => Buffer.from('nonce-01', 'latin1'),
    mustExist,
  });
}

export function entry(index: number, term: number, size = 100, type: EntryType = 0): LogEntry {
  return { index, term, type, command: Buffer.alloc(size, `${index}.${term};`) };
}

let lastSeq = 0;

export function batch(hard_state: HardState | null, ...entries: LogEntry[]): LogBatch {
  lastSeq += 1;
  return { seq: lastSeq, hard_state, entries };
}

export function vote(term: number, voted_for: string | null): HardState {
  return { term, voted_for };
}
