import { join } from 'node:path';
import type { FileSystem, LogFile } from './file-system.ts';
import { brokenName } from './segment-name.ts';
import { lengthWithoutZeros } from './trailing-zeros.ts';

/** A tail that was cut: bytes of a batch whose fsync never ended. */
export interface TornTail {
  readonly file: string;
  readonly offset: number;
  /** Up to the last byte that is not zero. */
  readonly bytes: number;
  /** The file that keeps them, or their beginning. */
  readonly kept_as: string;
}

/**
 * Keeps a copy aside first, so that a crash on the way leaves the one or the other. The zeros are
 * left to the caller to sync.
 */
export function cutTail(
  fs: FileSystem,
  folder: string,
  segment: { readonly seq: number; readonly path: string; readonly file: LogFile },
  tail: Buffer,
  offset: number,
  maxBrokenBytes: number,
): TornTail {
  const bytes = lengthWithoutZeros(tail);
  const kept_as = join(folder, brokenName(segment.seq, offset));
  const copy = fs.create(kept_as);
  copy.writeAt(tail.subarray(0, Math.min(bytes, maxBrokenBytes)), 0);
  copy.sync();
  copy.close();
  fs.syncFolder(folder);
  segment.file.writeAt(Buffer.alloc(bytes), offset);
  return { file: segment.path, offset, bytes, kept_as };
}
