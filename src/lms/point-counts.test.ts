import fc from 'fast-check';
import t from 'tap';
import { PointCounts } from './point-counts.ts';

const list = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 });

function counted(points: readonly number[]): PointCounts {
  const counts = new PointCounts();
  for (const one of points) counts.add(one, 1);
  return counts;
}

/** Rounded half up, by fractions. */
function half(numerator: number, denominator: number): number {
  return Number((2n * BigInt(numerator) + BigInt(denominator)) / (2n * BigInt(denominator)));
}

t.test('the figures are those of the list itself', (t) => {
  fc.assert(
    fc.property(list, (points) => {
      const sorted = points.toSorted((a, b) => a - b);
      const middle = (n: number) => sorted[n] ?? Number.NaN;
      t.same(counted(points).figures, {
        mean: half(
          points.reduce((sum, one) => sum + one, 0),
          points.length,
        ),
        median:
          points.length % 2 === 1
            ? middle((points.length - 1) / 2)
            : half(middle(points.length / 2 - 1) + middle(points.length / 2), 2),
        min: Math.min(...points),
        max: Math.max(...points),
      });
      t.equal(counted(points).total, points.length);
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('what moves is counted where it ends', (t) => {
  fc.assert(
    fc.property(list, fc.nat(12), (points, to) => {
      const counts = counted(points);
      counts.add(points[0] ?? 0, -1);
      counts.add(to, 1);
      t.same(counts.figures, counted([to, ...points.slice(1)]).figures);
    }),
    { numRuns: 100 },
  );
  t.equal(new PointCounts().figures, null);
  const emptied = counted([3]);
  emptied.add(3, -1);
  t.equal(emptied.figures, null);
  t.end();
});

t.test('parts are from the lower border up to the upper', (t) => {
  t.same(counted([0, 9, 10, 19, 20, 99, 100, 150]).parts(100, 10), [2, 2, 1, 0, 0, 0, 0, 0, 0, 3]);
  t.same(counted([0, 5]).parts(0, 4), [0, 0, 0, 2], 'of nothing, anything is all');
  t.same(new PointCounts().parts(100, 2), [0, 0]);
  t.end();
});
