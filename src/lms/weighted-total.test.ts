import fc from 'fast-check';
import t from 'tap';
import { weightedTotals } from './weighted-total.ts';

type Row = readonly [
  name: string,
  assignments: readonly (readonly [possible: number, weight: number])[],
  points: readonly (number | null)[],
  current: number | null,
  final: number | null,
];

const TABLE: readonly Row[] = [
  ['no assignments', [], [], null, null],
  ['nothing graded', [[10_000, 1_000]], [null], null, 0],
  ['all of one', [[10_000, 1_000]], [10_000], 10_000, 10_000],
  ['half of one', [[10_000, 1_000]], [5_000], 5_000, 5_000],
  ['zero is a grade', [[10_000, 1_000]], [0], 0, 0],
  [
    'one of two',
    [
      [10_000, 1_000],
      [20_000, 1_000],
    ],
    [8_000, null],
    8_000,
    4_000,
  ],
  [
    'weights',
    [
      [10_000, 1_000],
      [10_000, 3_000],
    ],
    [10_000, 0],
    2_500,
    2_500,
  ],
  [
    'points do not weigh',
    [
      [1_000, 1_000],
      [99_000, 1_000],
    ],
    [1_000, 0],
    5_000,
    5_000,
  ],
  [
    'no weight',
    [
      [10_000, 0],
      [10_000, 1_000],
    ],
    [0, 9_000],
    9_000,
    9_000,
  ],
  [
    'no points to get',
    [
      [0, 1_000],
      [10_000, 1_000],
    ],
    [5_000, 9_000],
    9_000,
    9_000,
  ],
  [
    'nothing that counts',
    [
      [0, 1_000],
      [10_000, 0],
    ],
    [1, 1],
    null,
    null,
  ],
  ['extra credit', [[10_000, 1_000]], [12_000], 12_000, 12_000],
  [
    'thirds',
    [
      [3_000, 1_000],
      [3_000, 1_000],
      [3_000, 1_000],
    ],
    [1_000, 1_000, 1_000],
    3_333,
    3_333,
  ],
  ['a half is rounded up', [[200_000, 1_000]], [100_010], 5_001, 5_001],
  ['just below a half is not', [[200_000, 1_000]], [100_009], 5_000, 5_000],
  [
    'one third and two thirds are one',
    [
      [3_000, 1],
      [7_000, 1],
    ],
    [1_000, 7_000],
    6_667,
    6_667,
  ],
];

t.test('weighted totals', (t) => {
  for (const [name, assignments, points, current_percent, final_percent] of TABLE) {
    const totals = weightedTotals(
      assignments.map(([points_possible, weight]) => ({ points_possible, weight })),
    );
    t.same(totals(points), { current_percent, final_percent }, name);
  }
  t.end();
});

t.test('it agrees with floating point to a hundredth of a percent', (t) => {
  const cell = fc.record({
    points_possible: fc.integer({ min: 1, max: 1_000_000_000 }),
    weight: fc.integer({ min: 1, max: 1_000_000 }),
    share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 30 }), (cells) => {
      const points = cells.map(({ share, points_possible: possible }) =>
        share === null ? null : Math.floor(share * possible),
      );
      let sum = 0;
      let weights = 0;
      for (const [n, { weight, points_possible }] of cells.entries()) {
        const given = points[n] ?? null;
        if (given === null) continue;
        sum += (weight * given) / points_possible;
        weights += weight;
      }
      const { current_percent } = weightedTotals(cells)(points);
      if (weights === 0) return current_percent === null;
      return Math.abs((current_percent ?? 0) - (sum / weights) * 10_000) <= 0.5 + 1e-6;
    }),
  );
  t.end();
});
