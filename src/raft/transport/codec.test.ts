import fc from 'fast-check';
import t from 'tap';
import { decode, encode, encodeAfter } from './codec.ts';
import { reasonOf } from './test-reason.ts';

const index = fc.oneof(fc.nat(), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
const plain = { noNullPrototype: true };
const entry = fc.record(
  {
    index,
    term: index,
    type: fc.constantFrom(0, 1, 2),
    command: fc.uint8Array({ maxLength: 300 }),
  },
  plain,
);
const message = fc.record(
  {
    term: index,
    leader_id: fc.string({ unit: 'grapheme' }),
    success: fc.boolean(),
    entries: fc.array(entry, { maxLength: 20 }),
  },
  plain,
);

/** MessagePack by its specification, as another library would read it: no extension, no view. */
function plainDecode(bytes: Buffer): unknown {
  let at = 0;
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const uint = (length: number) => take(length).readUIntBE(0, length);
  const list = (length: number) => Array.from({ length }, read);
  const readers: Record<number, () => unknown> = {
    194: () => false,
    195: () => true,
    196: () => [...take(uint(1))],
    197: () => [...take(uint(2))],
    203: () => take(8).readDoubleBE(0),
    204: () => uint(1),
    205: () => uint(2),
    206: () => uint(4),
    217: () => take(uint(1)).toString(),
    218: () => take(uint(2)).toString(),
    220: () => list(uint(2)),
    222: () => mapOf(uint(2)),
  };
  const mapOf = (length: number) => {
    const entries: [unknown, unknown][] = [];
    for (let k = 0; k < length; k += 1) entries.push([read(), read()]);
    return Object.fromEntries(entries);
  };
  function read(): unknown {
    const token = uint(1);
    if (token < 0x80) return token;
    if (token < 0x90) return mapOf(token & 0x0f);
    if (token < 0xa0) return list(token & 0x0f);
    if (token < 0xc0) return take(token & 0x1f).toString();
    const reader = readers[token];
    if (reader === undefined) throw new Error(`token ${token.toString(16)} is not plain`);
    return reader();
  }
  const value = read();
  if (at !== bytes.length) throw new Error('bytes are left');
  return value;
}

t.test('what is encoded is decoded', (t) => {
  fc.assert(
    fc.property(message, (body) => {
      const decoded = decode(encode(body));
      const entries = (decoded.entries as typeof body.entries).map((e) => ({
        ...e,
        command: new Uint8Array(e.command),
      }));
      t.strictSame({ ...decoded, entries }, body);
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('another MessagePack library reads plain maps keyed by the field names', (t) => {
  fc.assert(
    fc.property(message, (body) => {
      const entries = body.entries.map((e) => ({ ...e, command: [...e.command] }));
      t.strictSame(plainDecode(encode(body)), { ...body, entries });
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('no bytes make the decoder throw anything but a refusal', (t) => {
  const wellFormed = message.map((body) => Buffer.from(encode(body)));
  const damaged = fc
    .tuple(wellFormed, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
    .map(([bytes, changes]) => {
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    });
  const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(random, damaged), (bytes) => {
      const reason = reasonOf(() => decode(bytes));
      return reason === null || reason === 'malformed';
    }),
    { numRuns: 20_000 },
  );
  t.pass();
  t.end();
});

t.test('only one map is a message', (t) => {
  for (const [hex, what] of [
    ['', 'nothing'],
    ['01', 'a number'],
    ['90', 'an array'],
    ['c0', 'nil'],
    ['8080', 'two maps'],
    ['82a161', 'half a map'],
    ['dfffffffff', 'a map that claims four billion keys'],
    ['81a161ddffffffff', 'an array that claims four billion elements'],
    ['81a161c6ffffffff', 'bytes that claim four gigabytes'],
  ] as const) {
    t.equal(
      reasonOf(() => decode(Buffer.from(hex, 'hex'))),
      'malformed',
      what,
    );
  }
  t.strictSame(decode(Buffer.from('80', 'hex')), {});
  t.end();
});

t.test('bytes can be reserved before the map, and a small map does not pin a large slab', (t) => {
  const large = encodeAfter(5, { command: Buffer.alloc(3_000_000, 1) });
  t.equal(large.length - 5, encode({ command: Buffer.alloc(3_000_000, 1) }).length);
  t.strictSame(decode(large.subarray(5)), { command: Buffer.alloc(3_000_000, 1) });
  t.ok(encodeAfter(5, { term: 1 }).buffer.byteLength <= 64 * 1024);
  t.end();
});

t.test('a command is a view of the bytes it came in', (t) => {
  const bytes = encode({ command: Buffer.alloc(100, 1) });
  t.equal((decode(bytes).command as Buffer).buffer, bytes.buffer);
  t.end();
});
