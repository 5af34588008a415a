import fc from 'fast-check';
import t from 'tap';
import { decode } from './codec.ts';
import { encodeFrame, FRAME_KIND, FrameReader, frameName } from './frames.ts';
import { reasonOf } from './test-reason.ts';

const MAX = 1000;

function collect(maxFrameBytes = MAX) {
  const frames: { kind: number; body: Buffer }[] = [];
  const reader = new FrameReader(maxFrameBytes, (kind, body) => frames.push({ kind, body }));
  return { frames, reader };
}

t.test('a frame is its length, its kind and a map', (t) => {
  const frame = encodeFrame('VoteResponse', { term: 7 });
  t.equal(frame.readUInt32BE(0), frame.length - 4);
  t.equal(frame.readUInt8(4), FRAME_KIND.VoteResponse);
  t.strictSame(decode(frame.subarray(5)), { term: 7 });
  t.equal(frameName(2), 'VoteResponse');
  t.equal(frameName(200), undefined);
  t.end();
});

t.test('frames are cut out of chunks however the stream was cut into them', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: MAX - 1 })), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }),
      (sent, cuts) => {
        const wire = Buffer.concat(
          sent.map(([kind, body]) => {
            const frame = Buffer.alloc(5 + body.length);
            frame.writeUInt32BE(1 + body.length);
            frame.writeUInt8(kind, 4);
            frame.set(body, 5);
            return frame;
          }),
        );
        const { frames, reader } = collect();
        for (let at = 0, k = 0; at < wire.length; k += 1) {
          const length = cuts[k % cuts.length] ?? 1;
          reader.push(wire.subarray(at, at + length));
          at += length;
        }
        t.strictSame(
          frames.map(({ kind, body }) => [kind, new Uint8Array(body)]),
          sent,
        );
        t.ok(reader.idle);
      },
    ),
    { numRuns: 200 },
  );
  t.end();
});

t.test('a length over the limit is refused before its bytes are awaited', (t) => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(MAX + 1);
  t.equal(
    reasonOf(() => collect().reader.push(header)),
    'oversized',
  );
  header.writeUInt32BE(0);
  t.equal(
    reasonOf(() => collect().reader.push(header)),
    'malformed',
  );
  header.writeUInt32BE(MAX);
  const { reader } = collect();
  reader.push(header);
  t.notOk(reader.idle);
  t.end();
});

t.test('the limit can be raised between frames', (t) => {
  const { frames, reader } = collect(10);
  reader.push(Buffer.from([0, 0, 0, 2, 1, 1]));
  reader.maxFrameBytes = 20;
  reader.push(Buffer.from([0, 0, 0, 20]));
  reader.push(Buffer.alloc(20));
  t.same(
    frames.map(({ body }) => body.length),
    [1, 19],
  );
  t.end();
});

t.test('random bytes give frames or a refusal', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
      const { reader } = collect();
      reasonOf(() => {
        for (const chunk of chunks) reader.push(Buffer.from(chunk));
      });
    }),
    { numRuns: 5_000 },
  );
  t.pass();
  t.end();
});
