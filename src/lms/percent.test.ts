import fc from 'fast-check';
import t from 'tap';
import { fromHundredths, percentOf, toHundredths } from './percent.ts';

t.test('every percentage with two decimals is exact', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -10_000, max: 10_000 }), (hundredths) => {
      const wire = JSON.parse(JSON.stringify(fromHundredths(hundredths))) as number;
      return toHundredths(wire) === hundredths;
    }),
    { numRuns: 1_000, examples: [[5], [29], [57], [1_115]] },
  );
  t.end();
});

t.test('a third decimal, and what is no number, is refused', (t) => {
  for (const value of [0.001, 99.999, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.equal(toHundredths(value), null, String(value));
  }
  t.ok(Object.is(toHundredths(-0), 0), 'there is one zero');
  t.end();
});

t.test('a share is rounded half up, and there is none of nothing', (t) => {
  const rows: [part: number, whole: number, percent: number | null][] = [
    [0, 0, null],
    [0, 3, 0],
    [1, 3, 33.33],
    [2, 3, 66.67],
    [3, 3, 100],
    [1, 8, 12.5],
    [1, 20_000, 0.01],
    [1, 20_001, 0],
  ];
  for (const [part, whole, percent] of rows) t.equal(percentOf(part, whole), percent);
  t.end();
});
