import t from 'tap';
import { EntryPositions } from './entry-positions.ts';

t.test('a million entries keep their places, in less than 20 MB', (t) => {
  const before = process.memoryUsage().arrayBuffers;
  const positions = new EntryPositions();
  for (let i = 0; i < 1_000_000; i += 1) positions.push(1 + (i >> 15), (i * 336) % 2 ** 32);
  const bytes = process.memoryUsage().arrayBuffers - before;
  t.ok(bytes > 0 && bytes < 20e6, `${bytes} bytes`);
  for (const i of [0, 1, 8191, 8192, 500_000, 999_999]) {
    t.equal(positions.segmentAt(i), 1 + (i >> 15));
    t.equal(positions.offsetAt(i), (i * 336) % 2 ** 32);
  }
  t.end();
});

t.test('cut anywhere, it goes on from there', (t) => {
  for (const length of [0, 1, 8191, 8192, 8193]) {
    const positions = new EntryPositions();
    for (let i = 0; i < 20_000; i += 1) positions.push(1, i);
    positions.truncateTo(length);
    t.equal(positions.length, length);
    positions.push(2, 7);
    t.same([positions.segmentAt(length), positions.offsetAt(length)], [2, 7]);
    if (length > 0) t.equal(positions.offsetAt(length - 1), length - 1);
  }
  t.end();
});

t.test('forgetting the first ones moves the others up', (t) => {
  for (const count of [0, 1, 8191, 8192, 8193, 20_000]) {
    const positions = new EntryPositions();
    for (let i = 0; i < 20_000; i += 1) positions.push(1, i);
    positions.dropFirst(1);
    positions.dropFirst(Math.max(0, count - 1));
    const gone = Math.max(1, count);
    t.equal(positions.length, 20_000 - gone);
    if (gone < 20_000) t.equal(positions.offsetAt(0), gone);
    positions.push(2, 7);
    t.same([positions.segmentAt(20_000 - gone), positions.offsetAt(20_000 - gone)], [2, 7]);
    positions.truncateTo(0);
    positions.push(3, 9);
    t.same([positions.segmentAt(0), positions.offsetAt(0)], [3, 9]);
  }
  t.end();
});
