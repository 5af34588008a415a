import { join } from 'node:path';
import t from 'tap';
import {
  pathOf,
  remove,
  rewriteHeader,
  severalSegments,
  threeBatches,
} from '../../../test/log/damaged-log.ts';
import { entriesOf, recoveredContents } from '../../../test/log/log-model.ts';
import { batch, entry, FOLDER, openSmall } from '../../../test/log/small-log.ts';
import { KEEP_ALL, LOSE_ALL } from '../../../test/simulation/power-cut.ts';
import { SimCrash, SimDisk } from '../../../test/simulation/sim-disk.ts';
import { readWhole } from './file-system.ts';
import { PAGE_BYTES } from './format.ts';
import { packBatch } from './packed-batch.ts';
import { sealRecord } from './record.ts';
import { brokenName, segmentName } from './segment-name.ts';

t.test('a missing segment is refused, whichever it is', (t) => {
  t.equal(recoveredContents(openSmall(severalSegments())).entries.length, 3);
  for (const seq of [1, 2, 3]) {
    const disk = severalSegments();
    remove(disk, segmentName(seq));
    t.throws(
      () => openSmall(disk),
      { name: 'LogCorruption', message: /missing/ },
      `segment ${seq}`,
    );
  }
  t.end();
});

t.test('the newest segment may be missing only when nothing was ever written to it', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  engine.append([packBatch(batch(null, entry(1, 1, 3000)))]);
  disk.onOperation = ({ kind }) => (kind === 'rename' ? new SimCrash() : null);
  t.throws(() => engine.append([packBatch(batch(null, entry(2, 1, 3000)))]), SimCrash);
  disk.onOperation = () => null;
  disk.powerCut(KEEP_ALL);
  t.equal(openSmall(disk).recovered.last_index, 1);
  t.end();
});

t.test('a log is never begun anew where there was one', (t) => {
  const wiped = new SimDisk();
  wiped.makeFolder(FOLDER);
  t.throws(() => openSmall(wiped, true), { name: 'LogCorruption', message: /missing/ });
  const broken = new SimDisk();
  broken.makeFolder(FOLDER);
  broken.create(join(FOLDER, brokenName(1, 5000)));
  t.throws(() => openSmall(broken), { name: 'LogCorruption' });
  const fresh = new SimDisk();
  t.equal(openSmall(fresh).recovered.last_index, 0);
  fresh.powerCut(LOSE_ALL);
  t.equal(openSmall(fresh, true).recovered.last_index, 0, 'an empty log is a log');
  t.end();
});

t.test('a damaged header is refused, with older segments and without', (t) => {
  for (const seq of [1, 2, 3]) {
    const disk = severalSegments();
    disk.flipBit(pathOf(seq), 2000, 3);
    const index = seq === 1 ? 1 : seq - 1;
    const expected = { name: 'LogCorruption', file: pathOf(seq), offset: 0, index };
    t.throws(() => openSmall(disk), expected);
  }
  t.end();
});

t.test('a segment of another node, cluster or version, or with another name, is refused', (t) => {
  for (const changes of [{ node_id: 'n2' }, { cluster_id: 'cluster-2' }]) {
    const disk = threeBatches();
    rewriteHeader(disk, 1, changes);
    t.throws(() => openSmall(disk), { name: 'ForeignLog', message: /belongs to node/ });
  }
  const renamed = severalSegments();
  remove(renamed, segmentName(1));
  renamed.rename(pathOf(3), pathOf(1));
  t.throws(() => openSmall(renamed), { name: 'LogCorruption', message: /wrong name/ });
  t.end();
});

t.test('a newer format is refused as such', (t) => {
  const disk = threeBatches();
  const file = disk.open(pathOf(1));
  const page = readWhole(file).subarray(0, PAGE_BYTES);
  page.writeUInt32LE(2, 8);
  sealRecord(page, 0, PAGE_BYTES, page.readUInt32LE(4), 0);
  file.writeAt(page, 0);
  t.throws(() => openSmall(disk), { name: 'ForeignLog', message: /format 2/ });
  t.end();
});

t.test('a file of another size is refused', (t) => {
  const disk = severalSegments();
  disk.open(pathOf(3)).writeAt(Buffer.alloc(8), 8192);
  t.throws(() => openSmall(disk), {
    name: 'LogCorruption',
    message: /8200 bytes in place of 8192/,
  });
  t.end();
});

t.test('a crash that leaves a spare or a half made segment leaves nothing behind', (t) => {
  const disk = threeBatches();
  const page = readWhole(disk.open(pathOf(1))).subarray(0, PAGE_BYTES);
  for (const name of ['spare.tmp', 'large.tmp', 'first.tmp'])
    disk.create(join(FOLDER, name)).writeAt(page, 0);
  const engine = openSmall(disk);
  t.equal(entriesOf(engine, 3).length, 3);
  t.same(disk.list(FOLDER), [segmentName(1)]);
  t.end();
});
