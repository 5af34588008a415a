import type { LogEngine } from '../../src/raft/log/log-engine.ts';
import { packBatch } from '../../src/raft/log/packed-batch.ts';
import type { LogBatch, LogPosition } from '../../src/raft/ports.ts';
import { SimCrash, type SimDisk } from '../simulation/sim-disk.ts';
import { applied, type Contents, EMPTY } from './log-model.ts';
import { batch, entry, openSmall, vote } from './small-log.ts';

export type Step =
  | { readonly kind: 'append'; readonly batches: readonly LogBatch[] }
  | { readonly kind: 'compact'; readonly snapshot: LogPosition }
  | { readonly kind: 'mark' | 'spare' | 'reopen' };

const append = (...batches: LogBatch[]): Step => ({ kind: 'append', batches });

const compact = (index: number, term: number): Step => {
  return { kind: 'compact', snapshot: { index, term } };
};

const reset = (index: number, term: number, batch: LogBatch): LogBatch => {
  return { ...batch, reset: { index, term } };
};

/**
 * Appends, supersedes within and across segments, rotates, outgrows a segment, opens again, is
 * compacted (twice in a row, too) and starts over from a snapshot.
 */
export const SCENARIO: readonly Step[] = [
  append(batch(vote(1, 'n1'), entry(1, 1, 20, 1))),
  { kind: 'spare' },
  append(batch(null, entry(2, 1)), batch(null, entry(3, 1, 700), entry(4, 1, 0))),
  { kind: 'mark' },
  append(batch(vote(2, null)), batch(vote(2, 'n2'), entry(5, 2, 300, 2))),
  append(batch(null, entry(6, 2, 900), entry(7, 2, 900))),
  { kind: 'spare' },
  append(batch(null, entry(8, 2, 900)), batch(null, entry(9, 2, 900), entry(10, 2))),
  { kind: 'spare' },
  append(batch(vote(4, 'n3'), entry(4, 4), entry(5, 4, 600), entry(6, 4, 50, 2))),
  append(batch(null, entry(5, 4, 600), entry(6, 4, 50, 2), entry(7, 4, 1200))),
  append(
    batch(null, entry(8, 4, 1500)),
    batch(vote(4, 'n3'), entry(9, 4, 1500)),
    batch(null, entry(10, 4, 1500), entry(11, 4, 1500)),
    batch(null, entry(12, 4, 20)),
  ),
  { kind: 'reopen' },
  append(batch(vote(5, null), entry(8, 5, 5000), entry(9, 5, 5000))),
  append(batch(vote(5, 'n1'))),
  append(batch(vote(6, null), entry(9, 6, 40)), batch(vote(7, 'n2'), entry(9, 7, 80))),
  { kind: 'mark' },
  append(batch(null, entry(10, 7, 3600))),
  compact(8, 5),
  append(batch(null, entry(11, 7, 1500)), batch(null, entry(12, 7, 1500), entry(13, 7, 1500))),
  compact(10, 7),
  compact(12, 7),
  { kind: 'reopen' },
  append(batch(vote(8, 'n1'), entry(13, 8, 900), entry(14, 8, 3000))),
  append(reset(30, 9, batch(vote(9, null))), batch(null, entry(31, 9, 60))),
  append(batch(null, entry(32, 9, 3000)), batch(null, entry(33, 9, 3000))),
  compact(32, 9),
  { kind: 'spare' },
  append(reset(50, 9, batch(vote(10, 'n2'), entry(51, 10, 700), entry(52, 10, 1)))),
  append(batch(null, entry(52, 10, 1), entry(53, 10, 40))),
  { kind: 'reopen' },
  append(batch(null, entry(54, 10, 3000)), batch(null, entry(55, 10, 3000))),
  compact(55, 10),
];

/** How far a run came, and what the log must then hold. */
export interface Progress {
  /** Contents after 0, 1, 2, … batches. */
  readonly states: Contents[];
  /** Batches that were reported durable. */
  durable: number;
  /** Batches that were handed over: some of those behind `durable` may be there, too. */
  handedOver: number;
  /** The newest snapshot that the log was compacted by: so far its beginning may be gone. */
  compacted: number;
}

/** Runs the steps until the end or a crash. Errors other than the crash are passed on. */
export function runScenario(disk: SimDisk, steps: readonly Step[] = SCENARIO): Progress {
  const progress: Progress = { states: [EMPTY], durable: 0, handedOver: 0, compacted: 0 };
  try {
    let engine = openSmall(disk);
    for (const step of steps) engine = runStep(disk, engine, step, progress);
  } catch (error) {
    if (!(error instanceof SimCrash)) throw error;
  }
  return progress;
}

/** Where the log starts over is durable before the entries that follow. */
function inParts(batch: LogBatch): LogBatch[] {
  if (batch.reset === undefined || batch.entries.length === 0) return [batch];
  const { reset: _, ...rest } = batch;
  return [
    { ...batch, entries: [] },
    { ...rest, hard_state: null },
  ];
}

function runStep(disk: SimDisk, engine: LogEngine, step: Step, progress: Progress): LogEngine {
  if (step.kind === 'append') {
    for (const one of step.batches.flatMap(inParts)) {
      progress.states.push(applied(progress.states.at(-1)!, one));
      progress.handedOver += 1;
    }
    engine.append(step.batches.map(packBatch));
    progress.durable = progress.handedOver;
  } else if (step.kind === 'compact') {
    progress.compacted = step.snapshot.index;
    engine.compact({ snapshot: step.snapshot, hold_index: Number.POSITIVE_INFINITY });
  } else if (step.kind === 'mark') engine.mark();
  else if (step.kind === 'spare') engine.prepareSpare();
  else {
    engine.close();
    return openSmall(disk);
  }
  return engine;
}
