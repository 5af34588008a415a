import { join } from 'node:path';
import t, { type Test } from 'tap';
import { beginningAt, type Contents, recoveredContents } from '../../../test/log/log-model.ts';
import { runScenario, SCENARIO, type Step } from '../../../test/log/log-scenario.ts';
import { FOLDER, openSmall, SMALL_LIMITS } from '../../../test/log/small-log.ts';
import { KEEP_ALL } from '../../../test/simulation/power-cut.ts';
import { seededRandom } from '../../../test/simulation/seeded-random.ts';
import { SimDisk } from '../../../test/simulation/sim-disk.ts';
import { LogCorruption } from './errors.ts';
import { seqOfName } from './segment-name.ts';

/**
 * A flipped bit in a log that went idle, so that its last batch has a mark behind it: the log is
 * whole or refused, never less than it was.
 */

interface Rest {
  readonly disk: SimDisk;
  readonly contents: Contents;
  /** The log's beginning may be gone so far, and no further. */
  readonly compacted: number;
  readonly segments: string[];
}

function atRest(steps: readonly Step[]): Rest {
  const disk = new SimDisk();
  const { states, compacted } = runScenario(disk, [...steps, { kind: 'mark' }]);
  const contents = states.at(-1)!;
  disk.powerCut(KEEP_ALL);
  const names = disk.list(FOLDER).filter((name) => seqOfName(name) !== null);
  return { disk, contents, compacted, segments: names.sort().map((name) => join(FOLDER, name)) };
}

/** `refused`, or `whole` when nothing is missing. Fails the test on anything else. */
function verdict(t: Test, rest: Rest, path: string, position: number, bit: number): string {
  const disk = rest.disk.clone();
  disk.flipBit(path, position, bit);
  try {
    const found = recoveredContents(openSmall(disk));
    if (isWhole(found, rest)) return 'whole';
    t.fail(`bit ${bit} of byte ${position} of ${path}: a different log`, { found });
  } catch (error) {
    if (error instanceof LogCorruption && error.file === path) return 'refused';
    t.fail(`bit ${bit} of byte ${position} of ${path}: ${error}`);
  }
  return 'failed';
}

function isWhole(found: Contents, { contents, compacted }: Rest): boolean {
  const { index } = found.base;
  if (index > Math.max(compacted, contents.base.index)) return false;
  return JSON.stringify(found) === JSON.stringify(beginningAt(contents, found.base));
}

t.test('every bit of the only segment of a small log', (t) => {
  const rest = atRest(SCENARIO.slice(0, 6));
  t.equal(rest.segments.length, 1);
  const end = usedBytes(rest);
  let refused = 0;
  for (let position = 0; position < end; position += 1)
    for (let bit = 0; bit < 8; bit += 1)
      if (verdict(t, rest, rest.segments[0]!, position, bit) === 'refused') refused += 1;
  // The last idle mark may be lost: nothing is in its batch, and the one before it says so.
  t.equal(refused, (end - 64) * 8);
  t.end();
});

const uncompacted = SCENARIO.slice(
  0,
  SCENARIO.findIndex((step) => step.kind === 'compact'),
);

for (const [name, steps, leastSegments] of [
  ['that was never compacted', uncompacted, 4],
  ['that lost its beginning', SCENARIO, 1],
] as const) {
  t.test(`a bit of every byte of every segment of a log ${name}`, (t) => {
    const rest = atRest(steps);
    const random = seededRandom(7);
    const verdicts = new Map<string, number>();
    for (const path of rest.segments) {
      const size = rest.disk.open(path).size();
      for (let position = 0; position < size; position += 1 + Math.floor(random() * 3)) {
        const found = verdict(t, rest, path, position, Math.floor(random() * 8));
        verdicts.set(found, (verdicts.get(found) ?? 0) + 1);
      }
    }
    t.ok(rest.segments.length >= leastSegments, `${rest.segments.length} segments`);
    t.ok(verdicts.get('refused')! > 0 && verdicts.get('whole')! > 0);
    t.end();
  });
}

/** Where the newest segment ends: behind its last byte that is not zero, whole records of 8. */
function usedBytes({ disk, segments }: Rest): number {
  const bytes = Buffer.alloc(SMALL_LIMITS.segmentBytes);
  disk.open(segments.at(-1)!).readAt(bytes, 0);
  return Math.ceil((bytes.findLastIndex((byte) => byte !== 0) + 1) / 8) * 8;
}
