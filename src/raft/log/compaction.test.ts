import t from 'tap';
import { pathOf, remove } from '../../../test/log/damaged-log.ts';
import { applied, beginningAt, EMPTY, recoveredContents } from '../../../test/log/log-model.ts';
import { batch, entry, FOLDER, openSmall, vote } from '../../../test/log/small-log.ts';
import { KEEP_ALL, LOSE_ALL } from '../../../test/simulation/power-cut.ts';
import { seededRandom } from '../../../test/simulation/seeded-random.ts';
import { type DiskOperation, SimCrash, SimDisk } from '../../../test/simulation/sim-disk.ts';
import type { LogBatch, LogPosition } from '../ports.ts';
import type { LogLimits } from './limits.ts';
import type { LogEngine } from './log-engine.ts';
import { packBatch } from './packed-batch.ts';
import { segmentName } from './segment-name.ts';

const noHold = Number.POSITIVE_INFINITY;

/** A segment per entry: entries 1 to `count` in term 1. */
function oneEntryPerSegment(count: number, limits: Partial<LogLimits> = {}) {
  const disk = new SimDisk();
  const engine = openSmall(disk, false, limits);
  for (let index = 1; index <= count; index += 1)
    engine.append([packBatch(batch(null, entry(index, 1, 3000)))]);
  return { disk, engine };
}

function segmentsOn(disk: SimDisk): string[] {
  return disk.list(FOLDER).filter((name) => name.endsWith('.log'));
}

function operationsOn(disk: SimDisk): DiskOperation[] {
  const operations: DiskOperation[] = [];
  disk.onOperation = (operation) => {
    operations.push(operation);
    return null;
  };
  return operations;
}

t.test('what the snapshot covers goes, but for the trailing part; the rest is there', (t) => {
  const { disk, engine } = oneEntryPerSegment(8);
  t.same(engine.compact({ snapshot: { index: 6, term: 1 }, hold_index: noHold }), {
    index: 5,
    term: 1,
  });
  t.same(segmentsOn(disk).sort(), [6, 7, 8].map(segmentName));
  t.throws(() => engine.read(5, 6, 1), RangeError);
  t.equal(engine.read(6, 8, 1e6).length, 3 * 3032);
  engine.append([packBatch(batch(null, entry(9, 1)))]);
  engine.close();
  t.match(openSmall(disk, true).recovered, { base: { index: 5, term: 1 }, last_index: 9 });
  t.end();
});

t.test('many bytes go earlier than few entries, but nothing that the snapshot lacks', (t) => {
  const limits = { trailingEntries: 1000, trailingBytes: 3 * 8192 };
  for (const [snapshot, base] of [
    [8, 5],
    [6, 5],
    [4, 4],
    [1, 1],
  ] as const) {
    const { engine } = oneEntryPerSegment(8, limits);
    const found = engine.compact({ snapshot: { index: snapshot, term: 1 }, hold_index: noHold });
    t.equal(found.index, base, `snapshot ${snapshot}`);
  }
  t.end();
});

t.test('what is held does not make the log longer than its limit', (t) => {
  const { engine } = oneEntryPerSegment(8, { trailingBytes: 8192, maxHeldBytes: 3 * 8192 });
  const found = engine.compact({ snapshot: { index: 8, term: 1 }, hold_index: 1 });
  t.equal(found.index, 5);
  t.end();
});

t.test(
  'nothing is removed before it is durable that it is void, and the oldest goes first',
  (t) => {
    const { disk, engine } = oneEntryPerSegment(5);
    const operations = operationsOn(disk);
    engine.compact({ snapshot: { index: 5, term: 1 }, hold_index: noHold });
    t.same(
      operations.map(({ kind }) => kind),
      ['write', 'sync', ...[1, 2, 3, 4].flatMap(() => ['unlink', 'sync_folder'])],
    );
    t.same(
      operations.filter(({ kind }) => kind === 'unlink').map(({ path }) => path),
      [1, 2, 3, 4].map(pathOf),
    );
    t.end();
  },
);

t.test('what somebody needs stays, as long as the log is not too long', (t) => {
  const { disk, engine } = oneEntryPerSegment(8);
  engine.compact({ snapshot: { index: 8, term: 1 }, hold_index: 3 });
  t.same(segmentsOn(disk).sort()[0], segmentName(4));
  t.end();
});

t.test('a snapshot that is older than the last one changes nothing', (t) => {
  const { disk, engine } = oneEntryPerSegment(6);
  const base = engine.compact({ snapshot: { index: 5, term: 1 }, hold_index: noHold });
  const operations = operationsOn(disk);
  t.same(engine.compact({ snapshot: { index: 3, term: 1 }, hold_index: noHold }), base);
  t.same(operations, []);
  t.end();
});

t.test('two snapshots in quick succession, cut off anywhere', (t) => {
  for (let operation = 1; operation <= 20; operation += 1) {
    for (const cut of [LOSE_ALL, KEEP_ALL]) {
      const { disk, engine } = oneEntryPerSegment(7);
      let left = operation;
      disk.onOperation = () => {
        left -= 1;
        return left < 0 ? new SimCrash() : null;
      };
      try {
        engine.compact({ snapshot: { index: 4, term: 1 }, hold_index: noHold });
        engine.compact({ snapshot: { index: 7, term: 1 }, hold_index: noHold });
      } catch (error) {
        if (!(error instanceof SimCrash)) throw error;
      }
      disk.onOperation = () => null;
      disk.powerCut(cut);
      const again = openSmall(disk, true);
      t.equal(again.recovered.last_index, 7);
      const base = again.compact({ snapshot: { index: 7, term: 1 }, hold_index: noHold });
      t.same(base, { index: 6, term: 1 }, `cut off at operation ${operation}`);
      t.equal(segmentsOn(disk).length, 1);
    }
  }
  t.end();
});

t.test('a log does not begin where what stays supersedes what would go', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  engine.append([packBatch(batch(null, entry(1, 1, 1000), entry(2, 1, 1000), entry(3, 1, 1500)))]);
  engine.append([packBatch(batch(vote(2, null), entry(2, 2, 1500)))]);
  engine.append([packBatch(batch(null, entry(3, 2, 1500)))]);
  engine.append([packBatch(batch(null, entry(4, 2, 1500), entry(5, 2, 1500)))]);
  t.equal(segmentsOn(disk).length, 3, 'the second one begins with an entry that supersedes');
  t.same(engine.compact({ snapshot: { index: 3, term: 2 }, hold_index: noHold }), {
    index: 0,
    term: 0,
  });
  t.same(engine.compact({ snapshot: { index: 4, term: 2 }, hold_index: noHold }), {
    index: 3,
    term: 2,
  });
  t.match(openSmall(disk).recovered, { base: { index: 3, term: 2 }, last_index: 5 });
  t.end();
});

t.test('a beginning that is missing is refused unless a snapshot covers it', (t) => {
  const { disk, engine } = oneEntryPerSegment(6);
  engine.compact({ snapshot: { index: 3, term: 1 }, hold_index: noHold });
  engine.close();
  const covered = disk.clone();
  remove(covered, segmentName(3));
  t.match(openSmall(covered, true).recovered, { base: { index: 3, term: 1 }, last_index: 6 });
  remove(covered, segmentName(4));
  t.throws(() => openSmall(covered), { name: 'LogCorruption', message: /missing/ });
  t.end();
});

t.test('a log starts over from a snapshot: term and vote stay, entries do not', (t) => {
  const { disk, engine } = oneEntryPerSegment(3);
  engine.append([packBatch(batch(vote(5, 'n2')))]);
  engine.append([packBatch({ ...batch(null), reset: { index: 40, term: 5 } })]);
  engine.append([packBatch(batch(null, entry(41, 5)))]);
  t.equal(segmentsOn(disk).length, 1);
  t.throws(() => engine.read(3, 41, 1), RangeError);
  disk.powerCut(LOSE_ALL);
  const again = openSmall(disk, true);
  t.match(again.recovered, {
    base: { index: 40, term: 5 },
    last_index: 41,
    hard_state: { term: 5, voted_for: 'n2' },
    terms: [{ first_index: 41, term: 5 }],
  });
  again.close();
  for (const name of segmentsOn(disk)) remove(disk, name);
  t.throws(() => openSmall(disk, true), { name: 'LogCorruption' });
  t.end();
});

t.test('a reset that was broken off while the old log was removed is finished', (t) => {
  const { disk, engine } = oneEntryPerSegment(4);
  let unlinks = 0;
  disk.onOperation = ({ kind }) => {
    unlinks += kind === 'unlink' ? 1 : 0;
    return unlinks > 2 ? new SimCrash() : null;
  };
  const next = { ...batch(vote(2, null), entry(10, 2)), reset: { index: 9, term: 2 } };
  t.throws(() => engine.append([packBatch(next)]), SimCrash);
  disk.onOperation = () => null;
  disk.kill();
  t.equal(segmentsOn(disk).length, 3);
  t.match(openSmall(disk).recovered, {
    base: { index: 9, term: 2 },
    last_index: 9,
    hard_state: { term: 2, voted_for: null },
  });
  t.equal(segmentsOn(disk).length, 1);
  t.end();
});

t.test('a failure while compacting poisons the log', (t) => {
  const { disk, engine } = oneEntryPerSegment(4);
  disk.onOperation = ({ kind }) => (kind === 'unlink' ? new Error('EIO') : null);
  const compact = () => engine.compact({ snapshot: { index: 4, term: 1 }, hold_index: noHold });
  t.throws(compact, /EIO/);
  t.throws(() => engine.append([packBatch(batch(null, entry(5, 1)))]), /EIO/);
  t.end();
});

t.test('random batches, compactions and resets, with restarts, hold what the model holds', (t) => {
  let compactions = 0;
  for (let seed = 1; seed <= 80; seed += 1) {
    const random = seededRandom(seed);
    const disk = new SimDisk();
    let engine = openSmall(disk);
    let log = EMPTY;
    let committed = 0;
    for (let step = 0; step < 50; step += 1) {
      const last = log.base.index + log.entries.length;
      if (random() < 0.15) {
        committed = Math.max(committed, last - Math.floor(random() * 3));
        const base = compactAt(engine, committed, log.entries[committed - log.base.index - 1]);
        if (base !== null && base.index > log.base.index) compactions += 1;
        log = beginningAt(log, base ?? log.base) ?? log;
      } else {
        const next = randomBatch(
          random,
          log.hard_state.term,
          Math.max(committed, log.base.index),
          last,
        );
        engine.append([packBatch(next)]);
        log = applied(log, next);
        committed = Math.max(committed, log.base.index);
      }
      if (random() < 0.2) engine.prepareSpare();
      if (random() < 0.15) {
        disk.powerCut(LOSE_ALL);
        engine = openSmall(disk, true);
        if (JSON.stringify(recoveredContents(engine)) !== JSON.stringify(log))
          t.fail(`seed ${seed}, step ${step}`, { found: recoveredContents(engine), log });
      }
    }
  }
  t.ok(compactions > 100, `${compactions} compactions removed something`);
  t.end();
});

/** Null when there is no such entry. */
function compactAt(engine: LogEngine, index: number, text: string | undefined): LogPosition | null {
  if (text === undefined) return null;
  const term = Number(text.split('/')[1]);
  return engine.compact({ snapshot: { index, term }, hold_index: noHold });
}

/** Goes on behind the log or somewhere in its uncommitted part, or starts over ahead of it. */
function randomBatch(random: () => number, now: number, committed: number, last: number): LogBatch {
  const newTerm = now === 0 || random() < 0.3;
  const term = now + (newTerm ? 1 : 0);
  const hardState = newTerm ? vote(term, null) : null;
  const resets = random() < 0.06;
  const reset = { index: last + 1 + Math.floor(random() * 5), term };
  const back = newTerm ? Math.floor(random() * 4) : 0;
  const first = resets ? reset.index + 1 : Math.max(committed, last - back) + 1;
  const fresh = Array.from({ length: Math.floor(random() * 4) }, (_, i) =>
    entry(first + i, term, Math.floor(random() * 1500)),
  );
  const next = batch(hardState, ...fresh);
  return resets ? { ...next, reset } : next;
}
