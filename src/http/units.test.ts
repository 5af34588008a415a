import t from 'tap';
import { line, milliPoints, timestampMs } from './units.ts';

t.test('points become milli-points exactly, or are refused', (t) => {
  const good: [number, number][] = [
    [0, 0],
    [0.001, 1],
    [0.1, 100],
    [0.29, 290],
    [1.005, 1005],
    [4.35, 4350],
    [8.2, 8200],
    [999_999.999, 999_999_999],
    [1_000_000, 1_000_000_000],
  ];
  for (const [points, milli] of good) {
    t.equal(milliPoints.parse(points), milli, String(points));
    t.equal(milliPoints.encode(milli), points, String(milli));
  }
  for (const bad of [0.0001, 1.0005, 1 / 3, -1, 1_000_000.001, Number.NaN, Infinity, '1', null]) {
    t.notOk(milliPoints.safeParse(bad).success, String(bad));
  }
  t.end();
});

t.test('every multiple of 0.001 survives the way there and back', (t) => {
  for (let milli = 0; milli <= 200_000; milli += 7) {
    const points = Number((milli / 1000).toFixed(3));
    if (milliPoints.parse(points) !== milli) t.fail(`${points} is not ${milli}`);
  }
  t.end();
});

t.test('times are RFC 3339 with an offset', (t) => {
  const ms = Date.UTC(2026, 10, 20, 17, 0, 0, 123);
  t.equal(timestampMs.parse('2026-11-20T17:00:00.123Z'), ms);
  t.equal(timestampMs.parse('2026-11-20T18:00:00.123+01:00'), ms);
  t.equal(timestampMs.parse('2026-11-20T17:00:00Z'), ms - 123);
  t.equal(timestampMs.encode(ms), '2026-11-20T17:00:00.123Z');
  t.equal(timestampMs.parse('9999-12-31T23:59:59.999Z'), 253_402_300_799_999);
  for (const bad of [
    '2026-11-20',
    '2026-11-20T17:00:00',
    '2026-02-30T00:00:00Z',
    '9999-12-31T23:59:59-12:00',
    '0000-01-01T00:00:00+14:00',
    'now',
    1,
  ]) {
    t.notOk(timestampMs.safeParse(bad).success, String(bad));
  }
  t.end();
});

t.test('a line is not blank and has no control characters', (t) => {
  const title = line(8);
  for (const good of ['a', ' a b ', '日本語', 'مرحبا', '👩‍👩‍👧', 'é']) {
    t.equal(title.parse(good), good, 'kept as it is');
  }
  for (const bad of [
    '',
    ' ',
    '\u3000',
    'a\nb',
    'a\tb',
    '\u001b[1m',
    'a\u0000',
    'a\u2028b',
    '123456789',
  ]) {
    t.notOk(title.safeParse(bad).success, encodeURIComponent(bad));
  }
  t.end();
});
