import t from 'tap';
import { batch, entry, FOLDER, openSmall, vote } from '../../../test/log/small-log.ts';
import { LOSE_ALL } from '../../../test/simulation/power-cut.ts';
import { type DiskOperation, SimDisk, systemError } from '../../../test/simulation/sim-disk.ts';
import type { LogBatch } from '../ports.ts';
import type { LogEngine } from './log-engine.ts';
import { packBatch } from './packed-batch.ts';

/** What the log does when the disk fails, or has no room. */

function append(engine: LogEngine, ...batches: LogBatch[]): void {
  engine.append(batches.map(packBatch));
}

function failOn(kind: DiskOperation['kind'], code: string, part = ''): SimDisk['onOperation'] {
  return (operation) =>
    operation.kind === kind && operation.path.includes(part) ? systemError(code, part) : null;
}

t.test('after a failed write or fsync nothing works any more, and nothing is tried', (t) => {
  for (const kind of ['write', 'sync'] as const) {
    const disk = new SimDisk();
    const engine = openSmall(disk);
    append(engine, batch(null, entry(1, 1)));
    disk.onOperation = failOn(kind, 'EIO');
    t.throws(() => append(engine, batch(null, entry(2, 1))), { code: 'EIO' });
    disk.onOperation = () => null;
    const operations = disk.operations;
    t.throws(() => append(engine, batch(null, entry(3, 1))), { code: 'EIO' });
    t.throws(() => engine.read(1, 1, 1), { code: 'EIO' });
    t.throws(() => engine.mark(), { code: 'EIO' });
    t.throws(() => engine.prepareSpare(), { code: 'EIO' });
    engine.close();
    t.equal(disk.operations, operations);
  }
  t.end();
});

t.test('every step of a rotation may fail: poison, and nothing is lost', (t) => {
  const failures = ['create', 'write', 'sync', 'rename', 'sync_folder'] as const;
  for (const kind of failures) {
    const disk = new SimDisk();
    const engine = openSmall(disk);
    append(engine, batch(null, entry(1, 1, 3000)));
    disk.onOperation = failOn(kind, 'EIO');
    t.throws(() => append(engine, batch(null, entry(2, 1, 3000))), { code: 'EIO' }, kind);
    t.throws(() => engine.read(1, 1, 1), { code: 'EIO' });
    disk.onOperation = () => null;
    disk.powerCut(LOSE_ALL);
    t.equal(openSmall(disk).recovered.last_index, 1);
  }
  t.end();
});

t.test('a full disk puts the spare off, and matters only when the segment is full', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  disk.onOperation = failOn('write', 'ENOSPC', 'spare');
  t.equal(engine.spareIsLate, true);
  t.equal(engine.prepareSpare(), 'disk_full');
  t.notOk(disk.list(FOLDER).includes('spare.tmp'), 'the space is given back');
  t.equal(engine.spareIsLate, false, 'not before the next try');
  append(engine, batch(null, entry(1, 1, 3000)));
  disk.onOperation = () => null;
  t.equal(engine.prepareSpare(), 'more');
  t.equal(engine.prepareSpare(), 'done');
  append(engine, batch(null, entry(2, 1, 3000)));
  disk.onOperation = failOn('write', 'ENOSPC', 'spare');
  const third = [packBatch(batch(null, entry(3, 1, 3000)))];
  t.equal(engine.append(third), 0, 'now there is no place for it');
  t.notOk(disk.list(FOLDER).includes('spare.tmp'), 'and nothing is left of the attempt');
  disk.onOperation = () => null;
  t.equal(engine.append(third), 1, 'with room again it goes on');
  disk.powerCut(LOSE_ALL);
  t.equal(openSmall(disk).recovered.last_index, 3);
  t.end();
});

t.test('a spare that fails otherwise poisons the log', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  disk.onOperation = failOn('sync', 'EIO', 'spare');
  t.throws(() => engine.prepareSpare(), { code: 'EIO' });
  t.throws(() => append(engine, batch(null, entry(1, 1))), { code: 'EIO' });
  t.end();
});

t.test('no step leaves a creation, rename or removal that a power cut could undo', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  t.equal(disk.unsyncedFolderOperations, 0);
  for (let index = 1; index <= 5; index += 1) {
    engine.prepareSpare();
    t.equal(disk.unsyncedFolderOperations, 0);
    append(engine, batch(null, entry(index, 1, 3000)));
    t.equal(disk.unsyncedFolderOperations, 0);
  }
  disk.onOperation = failOn('write', 'ENOSPC', 'spare');
  while (engine.prepareSpare() !== 'disk_full');
  t.equal(disk.unsyncedFolderOperations, 0);
  openSmall(disk);
  t.equal(disk.unsyncedFolderOperations, 0);
  t.end();
});

t.test('on a full disk as many batches become durable as there is place for', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  disk.onOperation = failOn('create', 'ENOSPC');
  const batches = [1, 2, 3].map((index) => packBatch(batch(null, entry(index, 1, 1500))));
  t.equal(engine.append(batches), 2);
  disk.powerCut(LOSE_ALL);
  disk.onOperation = () => null;
  t.equal(openSmall(disk).recovered.last_index, 2, 'they are durable on return');
  t.end();
});

t.test('a full disk holds up starting over and compacting, and spoils nothing', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  append(engine, batch(vote(1, 'n1'), entry(1, 1, 3300)));
  disk.onOperation = failOn('create', 'EDQUOT');
  const over = packBatch({ seq: 9, hard_state: null, reset: { index: 7, term: 1 }, entries: [] });
  t.equal(engine.append([over]), 0);
  const filler = packBatch(batch(null, entry(2, 1, 3000)));
  t.equal(engine.append([filler]), 0);
  const compaction = { snapshot: { index: 1, term: 1 }, hold_index: 1 };
  t.same(engine.compact(compaction), { index: 0, term: 0 }, 'the log begins where it did');
  disk.onOperation = () => null;
  t.equal(engine.append([over]), 1);
  disk.powerCut(LOSE_ALL);
  const { recovered } = openSmall(disk);
  t.same([recovered.base, recovered.last_index], [{ index: 7, term: 1 }, 7]);
  t.same(recovered.hard_state, vote(1, 'n1'));
  t.end();
});
