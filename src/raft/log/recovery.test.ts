import t from 'tap';
import {
  ENTRY_BYTES,
  pathOf,
  remove,
  rewriteHeader,
  severalSegments,
  threeBatches,
  VOTE_BYTES,
} from '../../../test/log/damaged-log.ts';
import { runScenario } from '../../../test/log/log-scenario.ts';
import { batch, entry, openSmall, vote } from '../../../test/log/small-log.ts';
import { SimDisk } from '../../../test/simulation/sim-disk.ts';
import type { LogPosition } from '../ports.ts';
import { type Mark, writeMark } from './commit-mark.ts';
import { ForeignLog, LogCorruption } from './errors.ts';
import { readWhole } from './file-system.ts';
import { MARK_BYTES, PAGE_BYTES, RECORD_TYPE, recordBytes } from './format.ts';
import type { LogEngine } from './log-engine.ts';
import { packBatch } from './packed-batch.ts';
import {
  SNAPSHOT_MARK_PAYLOAD_BYTES,
  sealRecord,
  sizeOfRecord,
  snapshotMarkRecord,
} from './record.ts';
import { decodeHeader, type SegmentHeader } from './segment-header.ts';
import { segmentName } from './segment-name.ts';

t.test('damage before a later batch is refused, and says where it is and what to do', (t) => {
  const disk = threeBatches();
  const secondBatch = PAGE_BYTES + VOTE_BYTES + ENTRY_BYTES + MARK_BYTES;
  disk.flipBit(pathOf(1), secondBatch + 50, 0);
  t.throws(() => openSmall(disk), {
    name: 'LogCorruption',
    file: pathOf(1),
    offset: secondBatch,
    index: 2,
    message: /lms-admin resync/,
  });
  t.end();
});

t.test('a log with a base above zero', (t) => {
  const disk = new SimDisk();
  openSmall(disk);
  const hard_state = vote(7, 'n1');
  const base = { base_index: 1000, base_term: 6, prev_index: 1000, prev_term: 6 };
  rewriteHeader(disk, 1, { ...base, hard_state, seq: 5 });
  disk.rename(pathOf(1), pathOf(5));
  const engine = openSmall(disk);
  t.same(engine.recovered, {
    hard_state,
    base: { index: 1000, term: 6 },
    last_index: 1000,
    terms: [],
    configurations: [],
  });
  t.throws(() => engine.read(1000, 1000, 1), RangeError);
  engine.append([packBatch(batch(null, entry(1001, 7, 3000), entry(1002, 7)))]);
  engine.append([packBatch(batch(null, entry(1003, 7, 3000)))]);
  const again = openSmall(disk);
  t.match(again.recovered, { base: { index: 1000, term: 6 }, last_index: 1003 });
  t.same(again.recovered.terms, [{ first_index: 1001, term: 7 }]);
  t.equal(again.read(1001, 1003, 1e6).readUInt32LE(20), 1001);
  t.throws(() => openSmallWithout(disk, 5), LogCorruption, 'entries above the base are missing');
  t.end();
});

function openSmallWithout(disk: SimDisk, seq: number): LogEngine {
  remove(disk, segmentName(seq));
  return openSmall(disk);
}

t.test('records that contradict the log are refused although their checksums are right', (t) => {
  const contradictions: [string, Buffer][] = [
    ['an older term', packBatch(batch(vote(0, null)))],
    ['another vote in the term', packBatch(batch(vote(1, 'n2')))],
    ['no vote in a term with a vote', packBatch(batch(vote(1, null)))],
    ['a gap', packBatch(batch(null, entry(3, 1)))],
    ['an entry of an older term', packBatch(batch(null, entry(2, 0)))],
    ['an entry in the base', packBatch(batch(null, entry(0, 1)))],
    ['a snapshot beyond the log', markOf({ index: 2, term: 1 })],
    ['a snapshot of another term', markOf({ index: 1, term: 2 })],
    [
      'an entry that supersedes one in a snapshot',
      Buffer.concat([
        markOf({ index: 1, term: 1 }),
        packBatch(batch(null, entry(1, 2))).subarray(8),
      ]),
    ],
  ];
  const offset = PAGE_BYTES + VOTE_BYTES + ENTRY_BYTES + MARK_BYTES;
  for (const [name, packed] of contradictions) {
    const second = name.includes('supersedes') ? recordBytes(SNAPSHOT_MARK_PAYLOAD_BYTES) : 0;
    const error = { name: 'LogCorruption', offset: offset + second, index: 2 };
    t.throws(() => openSmall(forged({ packed })), error, name);
  }
  const reserved = packBatch(batch(vote(2, null)));
  reserved[8 + 8] = RECORD_TYPE.truncate;
  t.throws(
    () => openSmall(forged({ packed: reserved })),
    ForeignLog,
    'a record of a later version',
  );
  t.end();
});

function markOf(snapshot: LogPosition): Buffer {
  return Buffer.concat([Buffer.alloc(8), snapshotMarkRecord({ ...snapshot, keep_seq: 1 })]);
}

const EMPTY_BATCH = packBatch(batch(null));

interface Forgery {
  readonly packed?: Buffer;
  readonly mark?: Partial<Mark>;
}

/** A log of entry 1 in term 1 with a vote, and behind it a batch that no writer of ours makes. */
function forged({ packed = EMPTY_BATCH, mark: forgedMark = {} }: Forgery): SimDisk {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  engine.append([packBatch(batch(vote(1, 'n1'), entry(1, 1)))]);
  const file = disk.open(pathOf(1));
  const bytes = readWhole(file);
  const header = decodeHeader(bytes)!;
  const start = PAGE_BYTES + VOTE_BYTES + ENTRY_BYTES + MARK_BYTES;
  let crc = bytes.readUInt32LE(start - 4);
  let at = start;
  for (let from = 8; from < packed.length; from += sizeOfRecord(packed, from)) {
    const size = packed.copy(bytes, at, from, from + sizeOfRecord(packed, from));
    crc = sealRecord(bytes, at, size, header.seq, crc);
    at += size;
  }
  const mark = { type: RECORD_TYPE.commit_mark, batch: 2, offset: at, durable: start };
  writeMark(bytes, at, { ...mark, last_index: 1, ...forgedMark }, header, crc);
  file.writeAt(bytes, 0);
  file.sync();
  return disk;
}

t.test('a mark that does not continue the one before it closes no batch', (t) => {
  const packed = packBatch(batch(null, entry(2, 1)));
  t.equal(openSmall(forged({ packed })).recovered.last_index, 2);
  const { tornTail, recovered } = openSmall(forged({ packed, mark: { durable: PAGE_BYTES } }));
  t.equal(recovered.last_index, 1);
  t.equal(tornTail?.offset, PAGE_BYTES + VOTE_BYTES + ENTRY_BYTES + MARK_BYTES);
  t.equal(openSmall(forged({ packed, mark: { batch: 1 } })).recovered.last_index, 1);
  t.end();
});

t.test('either a later batch number or a later durable offset proves damage', (t) => {
  const start = PAGE_BYTES + VOTE_BYTES + ENTRY_BYTES + MARK_BYTES;
  for (const mark of [{ batch: 3, durable: start }, { durable: start + 8 }])
    t.throws(() => openSmall(forged({ mark })), LogCorruption, JSON.stringify(mark));
  t.end();
});

t.test('a segment that does not continue the one before it is refused', (t) => {
  const changes: Partial<SegmentHeader>[] = [
    { prev_index: 2 },
    { prev_term: 2 },
    { hard_state: vote(4, 'n1') },
    { hard_state: vote(3, 'n2') },
  ];
  for (const change of changes) {
    const disk = severalSegments();
    rewriteHeader(disk, 2, change);
    const error = { name: 'LogCorruption', file: pathOf(2), message: /does not continue/ };
    t.throws(() => openSmall(disk), error, JSON.stringify(change));
  }
  t.end();
});

t.test('a segment that ends elsewhere than the next one says is refused', (t) => {
  for (const change of [{ prev_batch: 7 }, { prev_end: PAGE_BYTES }, { prev_crc: 1 }]) {
    const disk = severalSegments();
    rewriteHeader(disk, 2, change);
    const error = { name: 'LogCorruption', file: pathOf(1), message: /checksum/ };
    t.throws(() => openSmall(disk), error, JSON.stringify(change));
  }
  t.end();
});

t.test('an older version of a whole segment is refused', (t) => {
  const disk = severalSegments();
  const other = new SimDisk();
  runScenario(other, [
    { kind: 'append', batches: [batch(vote(3, 'n1'), entry(1, 3, 2990))] },
    { kind: 'append', batches: [batch(null, entry(2, 3, 3000))] },
  ]);
  disk.open(pathOf(1)).writeAt(readWhole(other.open(pathOf(1))), 0);
  t.throws(() => openSmall(disk), LogCorruption);
  t.end();
});
