import type { LogEntry } from '../../src/raft/core/messages.ts';
import type { Compaction, LogBatch, LogPosition, RecoveredLog } from '../../src/raft/ports.ts';
import {
  compactImage,
  type DiskImage,
  emptyImage,
  readImage,
  recoverImage,
  writeBatch,
} from '../fixtures/disk-image.ts';
import type { Draws } from './randomness.ts';

/** What ends a process: only itself, the power too, or an fsync that failed. */
export type Crash = 'kill' | 'power' | 'failed_fsync';

/** The disk of a node, as the simulator works it: the log file on it, and what crashes do to it. */
export interface NodeLog {
  /** Opens the log at the start of a process. */
  open(): RecoveredLog;
  /** Durable on return. */
  append(batches: readonly LogBatch[]): void;
  read(from: number, to: number, maxBytes: number): readonly LogEntry[];
  compact(compaction: Compaction): LogPosition;
  /** The process dies while `unsynced` are being written: any prefix of them may be there later. */
  crash(unsynced: readonly LogBatch[], crash: Crash, draws: Draws): void;
  /** While no process has it: one bit of what is durable becomes another. */
  damage(draws: Draws): void;
  /** The file is brought back as it was, byte for byte. */
  repair(): void;
}

/** Entries that stay behind a snapshot: few, so that followers need one soon. */
export const trailingEntries = 3;

/** Batches in memory: fast, and enough for all that the core can do wrong. */
export class MemoryLog implements NodeLog {
  readonly #image: DiskImage = emptyImage();

  open(): RecoveredLog {
    return recoverImage(this.#image);
  }

  append(batches: readonly LogBatch[]): void {
    for (const batch of batches) writeBatch(this.#image, batch);
  }

  read(from: number, to: number, maxBytes: number): readonly LogEntry[] {
    const { base, entries: all } = this.#image;
    if (from <= base.index || to > base.index + all.length) {
      throw new RangeError(`entries ${from} to ${to} of a log from ${base.index}`);
    }
    const entries = readImage(this.#image, from, to);
    let bytes = 0;
    const end = entries.findIndex((entry, position) => {
      bytes += entry.command.length;
      return position > 0 && bytes > maxBytes;
    });
    return end < 0 ? entries : entries.slice(0, end);
  }

  compact({ snapshot }: Compaction): LogPosition {
    const { base } = this.#image;
    const index = snapshot.index - trailingEntries;
    if (index > base.index && snapshot.index > base.index) compactImage(this.#image, index);
    return this.#image.base;
  }

  crash(unsynced: readonly LogBatch[], _crash: Crash, draws: Draws): void {
    this.append(unsynced.slice(0, draws.between(0, unsynced.length)));
  }

  damage(): void {}

  repair(): void {}
}

export function readAll(log: NodeLog, from: number, to: number): readonly LogEntry[] {
  return from > to ? [] : log.read(from, to, Number.MAX_SAFE_INTEGER);
}
