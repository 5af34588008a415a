import { join } from 'node:path';
import t from 'tap';
import {
  ENTRY_BYTES,
  pathOf,
  threeBatches,
  usedBytes,
  VOTE_BYTES,
} from '../../../test/log/damaged-log.ts';
import { recoveredContents } from '../../../test/log/log-model.ts';
import {
  batch,
  entry,
  FOLDER,
  IDENTITY,
  openSmall,
  SMALL_LIMITS,
  vote,
} from '../../../test/log/small-log.ts';
import { KEEP_ALL, LOSE_ALL, tornAfter } from '../../../test/simulation/power-cut.ts';
import { SimCrash, SimDisk, systemError } from '../../../test/simulation/sim-disk.ts';
import { writeMark } from './commit-mark.ts';
import { LogCorruption } from './errors.ts';
import { readWhole } from './file-system.ts';
import { MARK_BYTES, PAGE_BYTES, RECORD_TYPE } from './format.ts';
import { packBatch } from './packed-batch.ts';
import { recover } from './recovery.ts';
import { openSegmentFiles } from './segment-files.ts';
import { decodeHeader } from './segment-header.ts';
import { brokenName } from './segment-name.ts';
import { lengthWithoutZeros } from './trailing-zeros.ts';

t.test('a torn tail is kept aside, cut and zeroed; then the log goes on', (t) => {
  const disk = threeBatches();
  const engine = openSmall(disk);
  const goodEnd = usedBytes(disk);
  disk.onOperation = ({ kind }) => (kind === 'sync' ? new SimCrash() : null);
  t.throws(() => engine.append([packBatch(batch(null, entry(4, 1, 3000)))]), SimCrash);
  disk.onOperation = () => null;
  disk.powerCut(tornAfter(3));
  const torn = readWhole(disk.open(pathOf(1)));

  const again = openSmall(disk);
  t.equal(again.recovered.last_index, 3);
  const kept_as = join(FOLDER, brokenName(1, goodEnd));
  t.match(again.tornTail, { file: pathOf(1), offset: goodEnd, kept_as });
  const kept = readWhole(disk.open(kept_as));
  t.equal(kept.length, again.tornTail?.bytes);
  t.ok(kept.equals(torn.subarray(goodEnd, goodEnd + kept.length)));
  t.equal(usedBytes(disk), goodEnd, 'nothing behind the good end');
  const unplugged = disk.clone();
  unplugged.powerCut(LOSE_ALL);
  t.ok(readWhole(unplugged.open(kept_as)).equals(kept), 'the copy is durable');
  again.append([packBatch(batch(null, entry(4, 2)))]);
  disk.powerCut(LOSE_ALL);
  const last = openSmall(disk);
  t.equal(last.recovered.last_index, 4);
  t.equal(last.tornTail, null);
  t.end();
});

t.test('no more than the limit of a torn tail is kept', (t) => {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  let syncs = 0;
  disk.onOperation = ({ path, kind }) => {
    // Of the new file: zeros, header, and then the batch.
    if (kind === 'sync' && path.endsWith('large.tmp')) syncs += 1;
    return syncs === 3 ? new SimCrash() : null;
  };
  t.throws(() => engine.append([packBatch(batch(null, entry(1, 1, 9000)))]), SimCrash);
  disk.onOperation = () => null;
  disk.powerCut(tornAfter(10));
  const { tornTail } = openSmall(disk);
  t.ok(tornTail!.bytes > SMALL_LIMITS.maxBrokenBytes);
  t.equal(disk.open(tornTail!.kept_as).size(), SMALL_LIMITS.maxBrokenBytes);
  t.end();
});

t.test('the last batch: taken for torn at first, protected by the idle mark', (t) => {
  const lastRecord = PAGE_BYTES + VOTE_BYTES + 2 * (ENTRY_BYTES + MARK_BYTES);
  const unmarked = threeBatches();
  unmarked.flipBit(pathOf(1), lastRecord - 80, 0);
  t.throws(() => openSmall(unmarked), LogCorruption, 'not the last batch');
  const last = threeBatches();
  last.flipBit(pathOf(1), lastRecord + 100, 0);
  t.equal(openSmall(last).recovered.last_index, 2, 'the window that DESIGN.md names');
  const marked = threeBatches();
  openSmall(marked);
  marked.flipBit(pathOf(1), lastRecord + 100, 0);
  t.throws(() => openSmall(marked), LogCorruption);
  t.end();
});

t.test('log bytes inside a torn command are not taken for marks', (t) => {
  const disk = threeBatches();
  const engine = openSmall(disk);
  const header = decodeHeader(readWhole(disk.open(pathOf(1))))!;
  const good = usedBytes(disk);
  const command = Buffer.alloc(3000, 1);
  const at = 4; // 8-aligned in the file: the head of the record has 28 bytes.
  const mark = { type: RECORD_TYPE.commit_mark, batch: 99, durable: 8000, last_index: 9 } as const;
  command.fill(0, at, at + MARK_BYTES);
  writeMark(command, at, { ...mark, offset: good }, header, 0);
  const foreign = { seq: 1, nonce: Buffer.from('another!', 'latin1') };
  const offset = good + 28 + at + MARK_BYTES;
  command.fill(0, at + MARK_BYTES, at + 2 * MARK_BYTES);
  writeMark(command, at + MARK_BYTES, { ...mark, offset }, foreign, 0);
  disk.onOperation = ({ kind }) => (kind === 'sync' ? new SimCrash() : null);
  const bait = { index: 4, term: 1, type: 0, command } as const;
  t.throws(() => engine.append([packBatch(batch(null, bait))]), SimCrash);
  disk.onOperation = () => null;
  disk.powerCut(tornAfter(3));
  t.equal(openSmall(disk).recovered.last_index, 3);
  t.end();
});

t.test('a failed fsync, opened again from the cache: what is recovered stays', (t) => {
  const disk = threeBatches();
  const engine = openSmall(disk);
  disk.onOperation = ({ kind, path }) => (kind === 'sync' ? systemError('EIO', path) : null);
  t.throws(() => engine.append([packBatch(batch(vote(2, 'n2'), entry(4, 2)))]), { code: 'EIO' });
  disk.onOperation = () => null;
  disk.kill();
  const again = recoveredContents(openSmall(disk));
  disk.powerCut(LOSE_ALL);
  t.same(recoveredContents(openSmall(disk)), again);
  t.end();
});

t.test('opening again and again does not make the log longer', (t) => {
  const disk = threeBatches();
  openSmall(disk);
  const used = usedBytes(disk);
  for (let i = 0; i < 5; i += 1) openSmall(disk);
  t.equal(usedBytes(disk), used);
  t.end();
});

t.test('recovery alone, before anything is appended, makes durable what it found', (t) => {
  const disk = threeBatches();
  const engine = openSmall(disk);
  disk.onOperation = ({ kind }) => (kind === 'sync' ? new SimCrash() : null);
  t.throws(() => engine.append([packBatch(batch(null, entry(4, 1)))]), SimCrash);
  disk.onOperation = () => null;
  disk.kill();
  const segments = openSegmentFiles(disk, FOLDER, IDENTITY, true);
  t.equal(recover(disk, FOLDER, segments, SMALL_LIMITS.maxBrokenBytes).state.lastIndex, 4);
  disk.powerCut(LOSE_ALL);
  t.equal(openSmall(disk).recovered.last_index, 4);
  t.end();
});

t.test('at no moment are the torn bytes in neither file', (t) => {
  const disk = threeBatches();
  const engine = openSmall(disk);
  const goodEnd = usedBytes(disk);
  disk.onOperation = ({ kind }) => (kind === 'sync' ? new SimCrash() : null);
  t.throws(() => engine.append([packBatch(batch(null, entry(4, 1, 3000)))]), SimCrash);
  disk.onOperation = () => null;
  disk.powerCut(tornAfter(3));
  const operations = countOperations(disk.clone());
  t.ok(operations > 5);
  for (let last = 1; last <= operations; last += 1) {
    const copy = disk.clone();
    copy.onOperation = ({ number }) => (number >= last ? new SimCrash() : null);
    t.throws(() => openSmall(copy), SimCrash);
    copy.powerCut({ ...KEEP_ALL, folderOperations: () => 0 });
    const kept = copy.list(FOLDER).includes(brokenName(1, goodEnd));
    t.ok(kept || usedBytes(copy) > goodEnd, `crash before operation ${last}`);
  }
  t.end();
});

function countOperations(disk: SimDisk): number {
  openSmall(disk);
  return disk.operations;
}

t.test('the zeros at the end are told from those within', (t) => {
  t.equal(lengthWithoutZeros(Buffer.alloc(0)), 0);
  for (const length of [1, 65_535, 65_536, 65_537, 200_000]) {
    const bytes = Buffer.alloc(length);
    t.equal(lengthWithoutZeros(bytes), 0, `${length} zeros`);
    for (const last of [0, length >> 1, length - 1]) {
      bytes[last] = 1;
      t.equal(lengthWithoutZeros(bytes), last + 1, `a one at ${last} of ${length}`);
    }
  }
  t.end();
});
