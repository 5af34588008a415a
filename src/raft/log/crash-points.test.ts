import t from 'tap';
import {
  applied,
  beginningAt,
  type Contents,
  EMPTY,
  recoveredContents,
} from '../../../test/log/log-model.ts';
import { type Progress, runScenario } from '../../../test/log/log-scenario.ts';
import { batch, entry, openSmall, vote } from '../../../test/log/small-log.ts';
import {
  KEEP_ALL,
  LOSE_ALL,
  type PowerCut,
  scattered,
  tornAfter,
} from '../../../test/simulation/power-cut.ts';
import { seededRandom } from '../../../test/simulation/seeded-random.ts';
import { SimCrash, SimDisk } from '../../../test/simulation/sim-disk.ts';
import { packBatch } from './packed-batch.ts';

/**
 * The scenario is cut off at each operation that changes the disk, and each time every kind of
 * loss is tried. The log must open, without help, and hold what was reported durable and a prefix
 * of the rest, batch by batch: a crash alone must never look like corruption.
 */

const SCATTERED_CUTS = 12;
const MAX_SECTORS = 12;

function crashBefore(number: number): SimDisk {
  const disk = new SimDisk();
  disk.onOperation = (operation) => (operation.number >= number ? new SimCrash() : null);
  return disk;
}

/** Null stands for a kill without a power cut. */
function cutsFor(seed: number): [string, PowerCut | null][] {
  const cuts: [string, PowerCut | null][] = [
    ['killed', null],
    ['nothing unsynced kept', LOSE_ALL],
    ['everything kept', KEEP_ALL],
  ];
  for (let sectors = 1; sectors <= MAX_SECTORS; sectors += 1)
    cuts.push([`torn after ${sectors} sectors`, tornAfter(sectors)]);
  for (let i = 0; i < SCATTERED_CUTS; i += 1) {
    const cutSeed = seed * 1000 + i;
    cuts.push([`scattered, seed ${cutSeed}`, scattered(seededRandom(cutSeed))]);
  }
  return cuts;
}

function afterCut(disk: SimDisk, cut: PowerCut | null): SimDisk {
  const copy = disk.clone();
  if (cut === null) copy.kill();
  else copy.powerCut(cut);
  return copy;
}

function contentsOn(disk: SimDisk): Contents {
  return recoveredContents(openSmall(disk));
}

/** Which of the allowed states it is, but for a beginning that may be gone: a number of batches, or -1. */
function batchesIn(contents: Contents, progress: Progress): number {
  const text = JSON.stringify(contents);
  for (let count = progress.durable; count <= progress.handedOver; count += 1) {
    const state = progress.states[count] ?? EMPTY;
    const mayBegin = contents.base.index <= Math.max(state.base.index, progress.compacted);
    if (mayBegin && JSON.stringify(beginningAt(state, contents.base)) === text) return count;
  }
  return -1;
}

const wholeRun = new SimDisk();
runScenario(wholeRun);
const points = Array.from({ length: wholeRun.operations + 1 }, (_, i) => i + 1);

t.test('every crash point, every loss: all that was durable, and no half batch', (t) => {
  for (const point of points) {
    const crashed = crashBefore(point);
    const progress = runScenario(crashed);
    for (const [name, cut] of cutsFor(point)) {
      const found = contentsOn(afterCut(crashed, cut));
      if (batchesIn(found, progress) < 0)
        t.fail(`crash before operation ${point}, ${name}`, { found, progress });
    }
  }
  t.pass(`${points.length} crash points`);
  t.end();
});

t.test('what was recovered survives a power cut right after, and appending goes on', (t) => {
  for (const point of points) {
    const crashed = crashBefore(point);
    runScenario(crashed);
    for (const [name, cut] of cutsFor(point)) {
      const disk = afterCut(crashed, cut);
      const engine = openSmall(disk);
      const recovered = recoveredContents(engine);
      const unplugged = disk.clone();
      unplugged.powerCut(LOSE_ALL);
      if (JSON.stringify(contentsOn(unplugged)) !== JSON.stringify(recovered))
        t.fail(`crash before operation ${point}, ${name}, power cut after opening`);
      const lastIndex = recovered.base.index + recovered.entries.length;
      const next = batch(vote(99, 'n9'), entry(lastIndex + 1, 99));
      engine.append([packBatch(next)]);
      disk.powerCut(LOSE_ALL);
      if (JSON.stringify(contentsOn(disk)) !== JSON.stringify(applied(recovered, next)))
        t.fail(`crash before operation ${point}, ${name}, append, power cut`);
    }
  }
  t.pass(`${points.length} crash points`);
  t.end();
});

t.test('a crash during recovery changes nothing', (t) => {
  for (const point of points) {
    const crashed = crashBefore(point);
    const progress = runScenario(crashed);
    const random = seededRandom(point);
    for (let i = 0; i < SCATTERED_CUTS; i += 1) {
      const disk = afterCut(crashed, scattered(random));
      for (let crashes = 0; crashes < 3; crashes += 1) {
        const last = disk.operations + 1 + Math.floor(random() * 6);
        disk.onOperation = ({ number }) => (number >= last ? new SimCrash() : null);
        openUntilCrash(disk);
        disk.powerCut(scattered(random));
      }
      disk.onOperation = () => null;
      if (batchesIn(contentsOn(disk), progress) < 0)
        t.fail(`crash before operation ${point}, ${i}`);
    }
  }
  t.pass(`${points.length} crash points`);
  t.end();
});

function openUntilCrash(disk: SimDisk): void {
  try {
    openSmall(disk);
  } catch (error) {
    if (!(error instanceof SimCrash)) throw error;
  }
}
