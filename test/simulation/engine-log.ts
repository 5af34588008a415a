import type { LogEntry } from '../../src/raft/core/messages.ts';
import { checkedLimits } from '../../src/raft/log/limits.ts';
import { LogEngine } from '../../src/raft/log/log-engine.ts';
import { packBatch, unpackEntries } from '../../src/raft/log/packed-batch.ts';
import type { Compaction, LogBatch, LogPosition, RecoveredLog } from '../../src/raft/ports.ts';
import type { Marks } from './marks.ts';
import { type Crash, type NodeLog, trailingEntries } from './node-log.ts';
import { LOSE_ALL, type PowerCut, scattered, tornAfter } from './power-cut.ts';
import type { Draws } from './randomness.ts';
import { SimCrash, SimDisk, systemError } from './sim-disk.ts';

const FOLDER = '/log';

/** Tiny segments, so that a short run rotates through many. */
const LIMITS = checkedLimits({
  segmentBytes: 8192,
  maxGroupBytes: 8192,
  spareStepBytes: 4096,
  readWindowBytes: 4096,
  maxBrokenBytes: 4096,
  trailingEntries,
});

/** About as many as two appends need: sometimes all is written, and only the answer is missing. */
const maxOperationsBeforeCrash = 5;

/** The real log file on a simulated disk, where a crash comes in the middle of any operation. */
export class EngineLog implements NodeLog {
  readonly #disk = new SimDisk();
  readonly #nodeId: string;
  readonly #marks: Marks;
  #engine: LogEngine | null = null;
  #nonces = 0;
  #undo: () => void = () => {};

  constructor(nodeId: string, marks: Marks) {
    this.#nodeId = nodeId;
    this.#marks = marks;
  }

  open(): RecoveredLog {
    this.#engine = new LogEngine({
      fs: this.#disk,
      folder: FOLDER,
      identity: { cluster_id: 'sim', node_id: this.#nodeId },
      limits: LIMITS,
      newNonce: () => this.#newNonce(),
      mustExist: this.#engine !== null,
    });
    if (this.#engine.tornTail !== null) this.#marks.hit('torn_tail_dropped');
    return this.#engine.recovered;
  }

  append(batches: readonly LogBatch[]): void {
    const engine = this.#opened();
    engine.append(batches.map(packBatch));
    engine.prepareSpare();
  }

  read(from: number, to: number, maxBytes: number): readonly LogEntry[] {
    return unpackEntries(this.#opened().read(from, to, maxBytes));
  }

  compact(compaction: Compaction): LogPosition {
    return this.#opened().compact(compaction);
  }

  crash(unsynced: readonly LogBatch[], crash: Crash, draws: Draws): void {
    const dies = crash === 'failed_fsync' ? failsToSync() : diesAfter(draws);
    this.#disk.onOperation = dies;
    try {
      for (const batch of unsynced) this.append([batch]);
    } catch (error) {
      if (!(error instanceof SimCrash || crash === 'failed_fsync')) throw error;
    }
    this.#disk.onOperation = () => null;
    if (crash === 'power') this.#disk.powerCut(someCut(draws));
    else this.#disk.kill();
  }

  /**
   * The log is opened once before, by a process that dies at once: its mark proves that the last batch
   * was durable. Damage to a batch with nothing behind it looks like a torn write, to anybody.
   */
  damage(draws: Draws): void {
    if (this.#engine === null) return;
    this.open();
    this.#disk.kill();
    const segments = this.#disk.list(FOLDER).filter((name) => name.endsWith('.log'));
    const path = `${FOLDER}/${draws.pick(segments.sort())}`;
    const position = draws.between(0, this.#disk.open(path).size() - 1);
    const bit = draws.between(0, 7);
    this.#disk.flipBit(path, position, bit);
    this.#undo = () => this.#disk.flipBit(path, position, bit);
  }

  repair(): void {
    this.#undo();
    this.#undo = () => {};
  }

  #opened(): LogEngine {
    if (this.#engine === null) throw new Error('the log is not open');
    return this.#engine;
  }

  #newNonce(): Buffer {
    this.#nonces += 1;
    const nonce = Buffer.alloc(8);
    nonce.writeUInt32LE(this.#nonces);
    return nonce;
  }
}

/** In the middle of any operation. */
function diesAfter(draws: Draws): SimDisk['onOperation'] {
  let operations = draws.between(0, maxOperationsBeforeCrash);
  return () => {
    operations -= 1;
    return operations < 0 ? new SimCrash('power') : null;
  };
}

/** What was written stays in the page cache, marked clean, and never gets to the disk by itself. */
function failsToSync(): SimDisk['onOperation'] {
  return ({ kind, path }) => (kind === 'sync' ? systemError('EIO', path) : null);
}

function someCut(draws: Draws): PowerCut {
  const kind = draws.pick(['all', 'torn', 'scattered'] as const);
  if (kind === 'all') return LOSE_ALL;
  return kind === 'torn' ? tornAfter(draws.between(0, 8)) : scattered(() => draws.next());
}
