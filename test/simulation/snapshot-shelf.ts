import type { SnapshotHead } from '../../src/raft/core/types.ts';
import type { LogPosition, RecoveredLog } from '../../src/raft/ports.ts';
import type { Machine } from './machine.ts';

export interface SimSnapshot {
  readonly head: SnapshotHead;
  readonly machine: Machine;
}

/** The snapshots on the disk of a node, over all its lives. What is here is durable. */
export class SnapshotShelf {
  #snapshots: SimSnapshot[] = [];

  add(snapshot: SimSnapshot): void {
    const { index, term } = snapshot.head;
    if (this.find({ index, term }) === null) this.#snapshots.push(snapshot);
    this.#snapshots.sort((a, b) => b.head.index - a.head.index);
  }

  get newest(): SimSnapshot | null {
    return this.#snapshots[0] ?? null;
  }

  newestFrom(index: number): SimSnapshot | null {
    return this.newest !== null && this.newest.head.index >= index ? this.newest : null;
  }

  newestUpTo(index: number): SimSnapshot | null {
    return this.#snapshots.find(({ head }) => head.index <= index) ?? null;
  }

  find({ index, term }: LogPosition): SimSnapshot | null {
    return this.#snapshots.find(({ head }) => head.index === index && head.term === term) ?? null;
  }

  /** Those that the log goes on behind, the newest first. */
  usable(log: RecoveredLog): SimSnapshot[] {
    return this.#snapshots.filter(({ head }) => termIn(log, head.index) === head.term);
  }
}

function termIn({ base, last_index: last, terms }: RecoveredLog, index: number): number | null {
  if (index === base.index) return base.term;
  if (index < base.index || index > last) return null;
  return terms.findLast((run) => run.first_index <= index)?.term ?? null;
}
