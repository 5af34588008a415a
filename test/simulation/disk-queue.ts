import type { LogEntry } from '../../src/raft/core/messages.ts';
import type { Compaction, LogBatch, LogPosition } from '../../src/raft/ports.ts';
import type { Conditions } from './conditions.ts';
import type { EventHeap } from './event-heap.ts';
import type { Marks } from './marks.ts';
import type { NodeLog } from './node-log.ts';
import type { Draws } from './randomness.ts';

interface ReadJob {
  readonly from: number;
  readonly to: number;
  readonly done: (entries: readonly LogEntry[]) => void;
}

interface CompactJob {
  readonly compaction: Compaction;
  readonly done: (base: LogPosition) => void;
}

type Job = LogBatch | ReadJob | CompactJob;

const spikeUs = { from: 50_000, to: 400_000 };
const hangUs = { from: 300_000, to: 1_500_000 };
const readUs = 200;
const calmFsyncUs = 500;
/** Small, so that followers that are far behind need several messages. */
const maxReadBytes = 200;

/**
 * One disk, one job after the other: what queued up while the last fsync ran goes into the next one. An
 * instance lives as long as its process.
 */
export class DiskQueue {
  readonly #log: NodeLog;
  readonly #parts: {
    readonly heap: EventHeap;
    readonly draws: Draws;
    readonly marks: Marks;
    readonly conditions: Conditions;
  };
  readonly #synced: (batches: readonly LogBatch[]) => void;
  #waiting: Job[] = [];
  #syncing: LogBatch[] = [];
  #busy = false;
  #dead = false;
  #calm = false;
  /** Until then every fsync hangs. */
  slowUntil = 0;
  /** Nothing begins any more. */
  stuck = false;

  constructor(
    log: NodeLog,
    parts: { heap: EventHeap; draws: Draws; marks: Marks; conditions: Conditions },
    synced: (batches: readonly LogBatch[]) => void,
  ) {
    this.#log = log;
    this.#parts = parts;
    this.#synced = synced;
  }

  /** No faults of its own any more. */
  setCalm(): void {
    this.#calm = true;
    this.slowUntil = 0;
    this.stuck = false;
    this.#next();
  }

  add(job: Job): void {
    this.#waiting.push(job);
    this.#next();
  }

  /** The process is gone; gives what it had handed over and was not told to be durable. */
  die(): readonly LogBatch[] {
    this.#dead = true;
    return [...this.#syncing, ...this.#waiting.filter(isBatch)];
  }

  #next(): void {
    const [job] = this.#waiting;
    if (this.#busy || this.stuck || job === undefined) return;
    this.#busy = true;
    if (isBatch(job)) this.#sync();
    else if ('compaction' in job) this.#compact(job);
    else this.#read(job);
  }

  #sync(): void {
    const end = this.#waiting.findIndex((job) => !isBatch(job));
    this.#syncing = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end) as LogBatch[];
    this.#parts.heap.after(this.#latency(), () => {
      if (this.#dead) return;
      const batches = this.#syncing;
      this.#log.append(batches);
      this.#syncing = [];
      this.#busy = false;
      this.#synced(batches);
      this.#next();
    });
  }

  #read(job: ReadJob): void {
    this.#waiting.shift();
    this.#parts.heap.after(readUs, () => {
      if (this.#dead) return;
      this.#busy = false;
      job.done(this.#entries(job));
      this.#next();
    });
  }

  /** None when they were compacted away. */
  #entries({ from, to }: ReadJob): readonly LogEntry[] {
    try {
      return this.#log.read(from, to, maxReadBytes);
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  }

  #compact(job: CompactJob): void {
    this.#waiting.shift();
    this.#parts.heap.after(this.#latency(), () => {
      if (this.#dead) return;
      this.#busy = false;
      job.done(this.#log.compact(job.compaction));
      this.#next();
    });
  }

  #latency(): number {
    if (this.#calm) return calmFsyncUs;
    const { draws, heap, marks, conditions } = this.#parts;
    if (heap.now < this.slowUntil) {
      marks.hit('slow_disk');
      return draws.between(hangUs.from, hangUs.to);
    }
    if (draws.chance(conditions.slow_fsyncs)) return draws.between(spikeUs.from, spikeUs.to);
    return 50 + draws.exponential(conditions.fsync_mean_us);
  }
}

function isBatch(job: Job): job is LogBatch {
  return 'seq' in job;
}
