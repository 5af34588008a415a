import t from 'tap';
import {
  applied,
  type Contents,
  EMPTY,
  entriesOf,
  recoveredContents,
} from '../../../test/log/log-model.ts';
import { batch, entry, FOLDER, openSmall, vote } from '../../../test/log/small-log.ts';
import { LOSE_ALL } from '../../../test/simulation/power-cut.ts';
import { seededRandom } from '../../../test/simulation/seeded-random.ts';
import { SimDisk } from '../../../test/simulation/sim-disk.ts';
import type { LogBatch } from '../ports.ts';
import type { LogEngine } from './log-engine.ts';
import { packBatch, unpackEntries } from './packed-batch.ts';
import { segmentName } from './segment-name.ts';

function append(engine: LogEngine, ...batches: LogBatch[]): void {
  engine.append(batches.map(packBatch));
}

t.test('a new log is empty', (t) => {
  t.same(openSmall(new SimDisk()).recovered, {
    hard_state: { term: 0, voted_for: null },
    base: { index: 0, term: 0 },
    last_index: 0,
    terms: [],
    configurations: [],
  });
  t.end();
});

t.test('an entry at or below the last index supersedes the suffix', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  append(engine, batch(vote(1, null), entry(1, 1), entry(2, 1, 9, 2), entry(3, 1)));
  append(engine, batch(vote(2, null), entry(4, 2), entry(5, 2, 9, 2)));
  append(engine, batch(vote(3, null), entry(3, 3), entry(4, 3, 9, 2)));
  t.throws(() => engine.read(5, 5, 1), RangeError);
  t.same(
    unpackEntries(engine.read(1, 4, 1e6)).map(({ index, term }) => [index, term]),
    [
      [1, 1],
      [2, 1],
      [3, 3],
      [4, 3],
    ],
  );
  const { recovered } = openSmall(disk);
  t.same(recovered.terms, [
    { first_index: 1, term: 1 },
    { first_index: 3, term: 3 },
  ]);
  t.same(
    recovered.configurations.map(({ index, term }) => [index, term]),
    [
      [2, 1],
      [4, 3],
    ],
  );
  t.end();
});

t.test('entries that the log holds already change nothing, live and on replay', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  append(engine, batch(vote(2, null), entry(1, 1), entry(2, 2), entry(3, 2), entry(4, 2)));
  const operations = disk.operations;
  append(engine, batch(null, entry(1, 1), entry(2, 2)));
  t.equal(disk.operations, operations, 'nothing to write');
  append(engine, batch(null, entry(2, 2), entry(3, 2), entry(4, 2), entry(5, 2)));
  t.same(entriesOf(engine, 5), recoveredContents(openSmall(disk)).entries);
  t.end();
});

t.test('a read is cut after maxBytes of commands, but never empty', (t) => {
  const engine = openSmall(new SimDisk());
  append(engine, batch(null, entry(1, 1, 1000), entry(2, 1, 1000), entry(3, 1, 0)));
  const count = (from: number, maxBytes: number): number =>
    unpackEntries(engine.read(from, 3, maxBytes)).length;
  t.equal(count(1, 0), 1);
  t.equal(count(1, 1000), 1);
  t.equal(count(1, 1999), 1);
  t.equal(count(1, 2000), 3);
  t.equal(count(2, 1000), 2);
  t.end();
});

t.test('a read outside of the log is refused and harms nothing', (t) => {
  const engine = openSmall(new SimDisk());
  append(engine, batch(null, entry(1, 1), entry(2, 1)));
  for (const [from, to] of [
    [0, 1],
    [1, 3],
    [2, 1],
  ] as const)
    t.throws(() => engine.read(from, to, 1000), RangeError);
  append(engine, batch(null, entry(3, 1)));
  t.end();
});

t.test('a damaged entry is found when it is read, and the log is poisoned', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  append(engine, batch(null, entry(1, 1, 500), entry(2, 1, 500), entry(3, 1, 500)));
  disk.flipBit(`${FOLDER}/${segmentName(1)}`, 4096 + 536 + 200, 5);
  t.equal(unpackEntries(engine.read(1, 1, 1000)).length, 1);
  t.throws(() => engine.read(1, 3, 9000), { name: 'LogCorruption', index: 2, offset: 4096 + 536 });
  t.throws(() => append(engine, batch(null, entry(4, 1))), { name: 'LogCorruption' });
  t.end();
});

t.test('rules of Raft that the caller must not break: nothing is written', (t) => {
  const broken: [string, LogBatch][] = [
    ['a gap', batch(null, entry(4, 3))],
    ['index 0', batch(null, entry(0, 3))],
    ['a term before that of the last entry', batch(null, entry(3, 1))],
    ['a gap inside a batch', batch(null, entry(3, 3), entry(5, 3))],
    ['an older term', batch(vote(2, null))],
    ['a second vote', batch(vote(3, 'n2'))],
    ['a vote taken back', batch(vote(3, null))],
    ['a vote with a name that is too long', batch(vote(4, 'x'.repeat(600)))],
  ];
  for (const [name, bad] of broken) {
    const disk = new SimDisk();
    const engine = openSmall(disk);
    append(engine, batch(vote(3, 'n1'), entry(1, 2), entry(2, 2)));
    const operations = disk.operations;
    t.throws(() => append(engine, bad), { name: 'LogRuleBroken' }, name);
    t.throws(() => append(engine, batch(null, entry(3, 3))), { name: 'LogRuleBroken' }, 'poison');
    t.equal(disk.operations, operations);
  }
  t.end();
});

t.test('a vote in the same term as before, and the same vote again, are in order', (t) => {
  const disk = new SimDisk();
  append(openSmall(disk), batch(vote(3, null)), batch(vote(3, 'n1')), batch(vote(3, 'n1')));
  t.same(openSmall(disk).recovered.hard_state, vote(3, 'n1'));
  t.end();
});

t.test('a batch larger than a segment gets one of its own, and stays whole', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  append(engine, batch(null, entry(1, 1)));
  append(engine, batch(null, entry(2, 1, 20_000), entry(3, 1, 20_000)));
  append(engine, batch(null, entry(4, 1)));
  t.same(entriesOf(engine, 4), recoveredContents(openSmall(disk)).entries);
  const size = disk.open(`${FOLDER}/${segmentName(2)}`).size();
  t.ok(size > 40_000 && size < 50_000 && size % 4096 === 0);
  t.end();
});

t.test('the idle mark is written once, and only behind data', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  const written = (work: () => void): number => {
    const before = disk.operations;
    work();
    return disk.operations - before;
  };
  t.equal(
    written(() => engine.mark()),
    0,
  );
  append(engine, batch(vote(1, null)));
  t.equal(
    written(() => engine.mark()),
    2,
  );
  t.equal(
    written(() => engine.mark()),
    0,
  );
  append(engine, batch(null, entry(1, 1)));
  t.equal(
    written(() => engine.close()),
    2,
  );
  t.end();
});

t.test('random batches, with restarts, hold what the dumb model holds', (t) => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seededRandom(seed);
    const disk = new SimDisk();
    let engine = openSmall(disk);
    let contents = EMPTY;
    for (let step = 0; step < 40; step += 1) {
      const next = randomBatch(random, contents);
      append(engine, next);
      contents = applied(contents, next);
      if (random() < 0.2) engine.prepareSpare();
      if (random() < 0.15) {
        disk.powerCut(LOSE_ALL);
        engine = openSmall(disk);
        if (JSON.stringify(recoveredContents(engine)) !== JSON.stringify(contents))
          t.fail(`seed ${seed}, step ${step}`);
      }
    }
    t.same(entriesOf(engine, contents.entries.length), contents.entries, `seed ${seed}`);
  }
  t.end();
});

/** Goes on in the term or in a new one, behind the log or somewhere in it. */
function randomBatch(random: () => number, { hard_state, entries }: Contents): LogBatch {
  const newTerm = random() < 0.3;
  const term = hard_state.term + (newTerm || hard_state.term === 0 ? 1 : 0);
  const back = newTerm ? Math.floor(random() * 4) : 0;
  const first = Math.max(1, entries.length + 1 - back);
  const fresh = Array.from({ length: Math.floor(random() * 4) }, (_, i) =>
    entry(first + i, term, Math.floor(random() * 1500), random() < 0.1 ? 2 : 0),
  );
  return batch(newTerm || hard_state.term === 0 ? vote(term, null) : null, ...fresh);
}
