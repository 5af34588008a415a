import { Writable } from 'node:stream';
import t from 'tap';
import { Outbox } from './outbox.ts';
import { newPeerCounters } from './peer-counters.ts';

const LIMITS = { maxQueuedFrames: 4, maxQueuedBytes: 1000, maxWriteBytes: 100, patienceMs: 1 };

/** Takes one write at a time and finishes it when told. */
function slowStream() {
  const writes: string[] = [];
  let finish: () => void = () => {};
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, callback) {
      writes.push(chunk.toString());
      finish = callback;
    },
  });
  return { stream, writes, finish: () => finish() };
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

t.test(
  'frames of one tick go out in one write, later ones gather while it is on its way',
  async (t) => {
    const { stream, writes, finish } = slowStream();
    const counters = newPeerCounters();
    const outbox = new Outbox(stream, LIMITS, counters);
    const a = outbox.push(Buffer.from('a'));
    outbox.push(Buffer.from('b'));
    t.equal(a?.state, 'queued');
    t.same(writes, []);
    await tick();
    t.same(writes, ['ab']);
    t.equal(a?.state, 'written');
    outbox.push(Buffer.from('c'));
    await tick();
    outbox.push(Buffer.from('d'));
    await tick();
    t.same(writes, ['ab']);
    finish();
    await tick();
    t.same(writes, ['ab', 'cd']);
    t.match(counters, { frames_sent: 4, bytes_sent: 4, frames_dropped: 0 });
  },
);

t.test('a frame that is not urgent goes with the next that is, or after a while', async (t) => {
  const { stream, writes, finish } = slowStream();
  const outbox = new Outbox(stream, LIMITS, newPeerCounters());
  outbox.push(Buffer.from('a'), 'patient');
  outbox.push(Buffer.from('b'));
  await tick();
  t.same(writes, ['ab']);
  finish();
  outbox.push(Buffer.from('c'), 'patient');
  while (writes.length < 2) await tick();
  t.same(writes, ['ab', 'c']);
  outbox.push(Buffer.from('d'), 'patient');
  outbox.close();
  t.equal(outbox.queuedFrames, 0);
});

t.test('a write holds about maxWriteBytes, a larger frame goes alone', async (t) => {
  const { stream, writes, finish } = slowStream();
  const outbox = new Outbox(stream, LIMITS, newPeerCounters());
  for (const length of [60, 60, 300, 10]) outbox.push(Buffer.alloc(length, 'x'));
  for (let k = 0; k < 4; k += 1) {
    await tick();
    finish();
  }
  t.same(
    writes.map((write) => write.length),
    [60, 60, 300, 10],
  );
});

t.test('beyond its bounds a frame is dropped and counted', (t) => {
  const counters = newPeerCounters();
  const byCount = new Outbox(slowStream().stream, LIMITS, counters);
  const pushed = [1, 2, 3, 4, 5].map(() => byCount.push(Buffer.alloc(1)));
  t.same(
    pushed.map((frame) => frame !== null),
    [true, true, true, true, false],
  );
  t.equal(byCount.queuedFrames, 4);
  const byBytes = new Outbox(slowStream().stream, LIMITS, counters);
  t.not(byBytes.push(Buffer.alloc(600)), null);
  t.equal(byBytes.push(Buffer.alloc(401)), null);
  t.not(byBytes.push(Buffer.alloc(400)), null);
  t.equal(byBytes.queuedBytes, 1000);
  t.equal(counters.frames_dropped, 2);
  t.end();
});

t.test('a frame can be withdrawn until it is written, and makes room', async (t) => {
  const { stream, writes } = slowStream();
  const counters = newPeerCounters();
  const outbox = new Outbox(stream, LIMITS, counters);
  const a = outbox.push(Buffer.from('a'));
  const b = outbox.push(Buffer.from('b'));
  outbox.withdraw(b!);
  t.equal(b?.state, 'dropped');
  t.equal(outbox.queuedBytes, 1);
  await tick();
  outbox.withdraw(a!);
  t.equal(a?.state, 'written');
  t.same(writes, ['a']);
  t.equal(counters.frames_dropped, 1);
});

t.test('closing drops what is queued, and refuses what comes after', async (t) => {
  const { stream, writes } = slowStream();
  const counters = newPeerCounters();
  const outbox = new Outbox(stream, LIMITS, counters);
  const a = outbox.push(Buffer.from('a'));
  outbox.close();
  t.equal(a?.state, 'dropped');
  t.equal(outbox.push(Buffer.from('b')), null);
  await tick();
  t.same(writes, []);
  t.equal(counters.frames_dropped, 2);
});
