import fc from 'fast-check';
import t from 'tap';
import type { EntryType } from '../core/messages.ts';
import { readMark, writeMark } from './commit-mark.ts';
import { MARK_BYTES, PAGE_BYTES, RECORD_TYPE } from './format.ts';
import { checkedLimits } from './limits.ts';
import { packBatch, seqOfPacked, unpackEntries } from './packed-batch.ts';
import { readHardState, sealRecord, sizeOfRecord, verifiedSize } from './record.ts';
import { decodeHeader, encodeHeader } from './segment-header.ts';
import { segmentName, seqOfName } from './segment-name.ts';

const uint53 = fc.maxSafeNat();
const uint32 = fc.nat({ max: 2 ** 32 - 1 });
const id = fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' });
const voted_for = fc.option(fc.string({ maxLength: 100 }));
const PLAIN = { noNullPrototype: true };

t.test('a header is read as it was written', (t) => {
  const header = fc.record(
    {
      cluster_id: id,
      node_id: id,
      segment_bytes: uint32,
      seq: uint53,
      prev_index: uint53,
      prev_term: uint53,
      base_index: uint53,
      base_term: uint53,
      hard_state: fc.record({ term: uint53, voted_for }, PLAIN),
      prev_batch: uint53,
      prev_end: uint32,
      prev_crc: uint32,
      nonce: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      resets: fc.boolean(),
    },
    PLAIN,
  );
  fc.assert(
    fc.property(header, (written) => {
      const page = encodeHeader(written);
      t.equal(page.length, PAGE_BYTES);
      t.strictSame(decodeHeader(page), written);
    }),
  );
  t.equal(decodeHeader(Buffer.alloc(PAGE_BYTES)), null);
  t.equal(decodeHeader(Buffer.alloc(10)), null);
  t.end();
});

t.test('a batch is unpacked as it was packed, and sealed records verify', (t) => {
  const entry = fc.record(
    {
      index: uint53,
      term: uint53,
      type: fc.constantFrom<EntryType>(0, 1, 2),
      command: fc.uint8Array({ maxLength: 300 }),
    },
    PLAIN,
  );
  const any = fc.record({ seq: uint53, entries: fc.array(entry, { maxLength: 5 }) });
  fc.assert(
    fc.property(any, uint32, ({ seq, entries }, salt) => {
      const packed = packBatch({ seq, hard_state: null, entries });
      t.equal(seqOfPacked(packed), seq);
      t.equal(packed.length % 8, 0);
      const records = packed.subarray(8);
      t.strictSame(unpackEntries(records), entries);
      let crc = 5;
      for (let at = 0; at < records.length; at += sizeOfRecord(records, at)) {
        const size = sizeOfRecord(records, at);
        const next = sealRecord(records, at, size, salt, crc);
        t.equal(verifiedSize(records, at, records.length, salt, crc), size);
        t.equal(
          verifiedSize(records, at, records.length, salt, (crc ^ 1) >>> 0),
          0,
          'another chain',
        );
        t.equal(
          verifiedSize(records, at, records.length, (salt ^ 1) >>> 0, crc),
          0,
          'another segment',
        );
        t.equal(verifiedSize(records, at, at + size - 1, salt, crc), 0, 'cut short');
        crc = next;
      }
      t.strictSame(unpackEntries(records), entries, 'sealing changes no entry');
    }),
  );
  t.end();
});

t.test('a hard state is read as it was written', (t) => {
  fc.assert(
    fc.property(fc.record({ term: uint53, voted_for }, PLAIN), (hard_state) => {
      const packed = packBatch({ seq: 1, hard_state, entries: [] });
      t.strictSame(readHardState(packed, 8), hard_state);
      t.equal(8 + sizeOfRecord(packed, 8), packed.length);
    }),
  );
  t.end();
});

t.test('a mark is read where it was written, by its owner, and nowhere else', (t) => {
  const owner = { seq: 3, nonce: Buffer.from('12345678') };
  const segment = Buffer.alloc(2 * PAGE_BYTES);
  const at = PAGE_BYTES + 80;
  const type = RECORD_TYPE.commit_mark;
  const mark = { type, batch: 2 ** 40, offset: at, durable: 4100, last_index: 2 ** 45 } as const;
  writeMark(segment, at, mark, owner, 9);
  t.strictSame(readMark(segment, at, owner), mark);
  t.equal(readMark(segment, at, { ...owner, nonce: Buffer.from('1234567x') }), null);
  t.equal(readMark(segment, at + 8, owner), null);
  segment.copy(segment, at + 800, at, at + MARK_BYTES);
  t.equal(readMark(segment, at + 800, owner), null, 'a copy elsewhere');
  t.equal(readMark(segment.subarray(0, at + MARK_BYTES - 8), at, owner), null, 'cut short');
  for (let bit = 0; bit < 8 * (MARK_BYTES - 12); bit += 1) {
    const flipped = Buffer.from(segment);
    flipped[at + (bit >> 3)]! ^= 1 << (bit & 7);
    t.equal(readMark(flipped, at, owner), null);
  }
  t.end();
});

t.test('names of segments', (t) => {
  t.equal(segmentName(42), '0000000042.log');
  t.equal(seqOfName(segmentName(42)), 42);
  for (const other of ['lock.db', 'spare.tmp', '0000000042.log.4096.broken', '42.log'])
    t.equal(seqOfName(other), null, other);
  t.end();
});

t.test('limits that contradict each other are refused', (t) => {
  t.equal(checkedLimits().segmentBytes, 16 * 1024 * 1024);
  for (const bad of [
    { segmentBytes: 4096 },
    { segmentBytes: 10_000 },
    { segmentBytes: 2 ** 32 },
    { segmentBytes: 8192, maxGroupBytes: 8193 },
    { maxGroupBytes: 8 },
    { readWindowBytes: 1 },
    { maxBrokenBytes: 1 },
    { spareStepBytes: 1 },
  ])
    t.throws(() => checkedLimits(bad), RangeError, JSON.stringify(bad));
  t.end();
});
