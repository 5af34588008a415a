import fc from 'fast-check';
import t from 'tap';
import { fromMilliPoints, toMilliPoints } from './points.ts';

const milli = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

t.test('milli-points survive the way to JSON and back', (t) => {
  fc.assert(
    fc.property(milli, (value) => {
      const wire = JSON.parse(JSON.stringify(fromMilliPoints(value))) as number;
      return toMilliPoints(wire) === value;
    }),
    { numRuns: 1_000 },
  );
  t.end();
});

t.test('every decimal with three places is exact, whatever binary makes of it', (t) => {
  fc.assert(
    fc.property(fc.nat(999_999), fc.nat(999), (whole, thousandths) => {
      const text = `${whole}.${String(thousandths).padStart(3, '0')}`;
      return toMilliPoints(Number(text)) === whole * 1000 + thousandths;
    }),
    {
      numRuns: 1_000,
      examples: [
        [1, 5],
        [0, 1],
        [8, 325],
        [4, 35],
      ],
    },
  );
  t.end();
});

t.test('a fourth decimal is refused', (t) => {
  fc.assert(
    fc.property(
      fc.nat(999_999),
      fc.nat(999),
      fc.integer({ min: 1, max: 9 }),
      (whole, three, one) => {
        const text = `${whole}.${String(three).padStart(3, '0')}${one}`;
        return toMilliPoints(Number(text)) === null;
      },
    ),
    { numRuns: 1_000 },
  );
  t.end();
});

t.test('what is no number has no points', (t) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, 1e-9]) {
    t.equal(toMilliPoints(value), null, String(value));
  }
  t.ok(Object.is(toMilliPoints(-0), 0), 'there is one zero');
  t.end();
});
