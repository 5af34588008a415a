import { maxPlacementMs } from '../limits.ts';
import { Garbage } from './garbage.ts';
import { SILENT } from './test-blobs.ts';

const HOUR_MS = 60 * 60 * 1_000;

/** What a writer does with one blob: it learns the log's time, places the bytes, and proposes. */
export interface Write {
  readonly sha256: string;
  readonly placed_at: number;
  readonly on: Set<TestNode>;
  /** A node that it counts on has collected the bytes. */
  lost: boolean;
}

interface Entry {
  readonly time: number;
  readonly sha256: string;
  readonly names: boolean;
  /** The nodes that the writer counted on. */
  readonly on: ReadonlySet<TestNode>;
}

/** The log, which only grows. Clocks of leaders jump as they like, its time does not go back. */
export class TestLog {
  readonly entries: Entry[] = [];
  readonly writes: Write[] = [];
  clock = 0;

  append(sha256: string, names: boolean, on: ReadonlySet<TestNode> = new Set()): void {
    this.entries.push({ time: this.clock, sha256, names, on });
  }

  /** Noted by an entry about something else. */
  timePasses(hours: number): void {
    this.clock += hours * HOUR_MS;
    this.append('a-other', true);
  }

  /** As `requireFreshPlacement` judges. */
  propose(write: Write): void {
    if (write.on.size < 2) return;
    const isAccepted = this.clock - write.placed_at <= maxPlacementMs;
    if (isAccepted && write.lost) throw new Error(`${write.sha256} is named, and was collected`);
    this.append(write.sha256, isAccepted, write.on);
    this.writes.splice(this.writes.indexOf(write), 1);
  }
}

export class TestNode {
  readonly #log: TestLog;
  readonly blobs = new Set<string>();
  readonly garbage: Garbage;
  applied = 0;

  /** @param meanwhile runs while the node waits for what is committed */
  constructor(log: TestLog, meanwhile: () => Promise<void>) {
    this.#log = log;
    const rows = { isNamed: (sha256: string) => this.#names(sha256), logTime: () => this.time };
    const settle = async () => {
      const committed = log.entries.length;
      await meanwhile();
      this.applied = Math.max(this.applied, committed);
      await meanwhile();
    };
    const shelves = {
      shards: ['a'],
      list: async () => {
        const listed = [...this.blobs];
        await meanwhile();
        return listed;
      },
      remove: async (sha256: string, isNeeded: () => boolean) => this.#remove(sha256, isNeeded),
    };
    this.garbage = new Garbage(shelves, rows, settle, SILENT);
  }

  get time(): number {
    return this.#log.entries[this.applied - 1]?.time ?? 0;
  }

  place(write: Write): void {
    this.garbage.used(write.sha256);
    this.blobs.add(write.sha256);
    write.on.add(this);
  }

  #names(sha256: string): boolean {
    const known = this.#log.entries.slice(0, this.applied);
    return known.findLast((entry) => entry.sha256 === sha256)?.names ?? false;
  }

  #remove(sha256: string, isNeeded: () => boolean): boolean {
    if (isNeeded() || !this.blobs.delete(sha256)) return false;
    if (this.#names(sha256)) throw new Error(`${sha256} was collected while a row names it`);
    // Named by an entry that this node has not applied yet, and counted on for it. Others fetch it again.
    const ahead = this.#log.entries.slice(this.applied);
    if (ahead.some((entry) => entry.sha256 === sha256 && entry.names && entry.on.has(this))) {
      throw new Error(`${sha256} was collected by a node that lags`);
    }
    for (const write of this.#log.writes) {
      if (write.sha256 === sha256 && write.on.has(this)) write.lost = true;
    }
    return true;
  }
}
