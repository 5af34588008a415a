import type { FileSystem } from './file-system.ts';
import { LogState } from './log-state.ts';
import type { Recovery } from './recovery.ts';
import { installSegment } from './segment-files.ts';
import type { LogIdentity, SegmentHeader } from './segment-header.ts';
import { ZeroFile } from './zero-file.ts';

/** Begins a log: its first segment appears whole or, after a crash, not at all. */
export function createLog(options: {
  readonly fs: FileSystem;
  readonly folder: string;
  readonly identity: LogIdentity;
  readonly limits: { readonly segmentBytes: number };
  readonly newNonce: () => Buffer;
}): Recovery {
  const { fs, folder, identity, limits, newNonce } = options;
  const hardState = { term: 0, voted_for: null };
  const header: SegmentHeader = {
    ...identity,
    segment_bytes: limits.segmentBytes,
    seq: 1,
    prev_index: 0,
    prev_term: 0,
    base_index: 0,
    base_term: 0,
    hard_state: hardState,
    prev_batch: 0,
    prev_end: 0,
    prev_crc: 0,
    nonce: newNonce(),
    resets: false,
  };
  const blank = new ZeroFile(fs, folder, 'first.tmp', limits.segmentBytes);
  const { file, end } = installSegment(fs, folder, blank, header);
  const state = new LogState({ index: 0, term: 0 }, hardState);
  state.beginSegment(header);
  return { state, configurations: [], newest: { file, header, end }, tornTail: null };
}
