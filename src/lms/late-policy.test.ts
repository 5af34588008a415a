import fc from 'fast-check';
import t from 'tap';
import { finalPoints, type LatePolicy } from './late-policy.ts';

const DAY = 86_400;
const DAY_MS = DAY * 1000;
const fivePerDay: LatePolicy = {
  rate_percent: 500,
  interval_seconds: DAY,
  cap_percent: 10_000,
  floor_percent: 0,
  basis: 'points_possible',
};

const percent = fc.integer({ min: 0, max: 10_000 });
const policy: fc.Arbitrary<LatePolicy> = fc.record({
  rate_percent: fc.integer({ min: 1, max: 10_000 }),
  interval_seconds: fc.integer({ min: 1, max: 366 * DAY }),
  cap_percent: percent,
  floor_percent: percent,
  basis: fc.constantFrom('points_possible', 'entered'),
});
const points = fc.integer({ min: 0, max: 1_000_000_000 });
const late = fc.integer({ min: 1, max: 4_000_000_000_000 });

/** Name, points given of 100, ms late, policy, final points. All points are milli-points. */
const TABLE: readonly [string, number, number, LatePolicy | null, number][] = [
  ['no policy', 80_000, DAY_MS, null, 80_000],
  ['in time', 80_000, 0, fivePerDay, 80_000],
  ['one ms is a day', 80_000, 1, fivePerDay, 75_000],
  ['a whole day is a day', 80_000, DAY_MS, fivePerDay, 75_000],
  ['one ms more is two', 80_000, DAY_MS + 1, fivePerDay, 70_000],
  ['never below zero', 8_000, 3 * DAY_MS, fivePerDay, 0],
  ['no more than the cap', 80_000, 9 * DAY_MS, { ...fivePerDay, cap_percent: 1_500 }, 65_000],
  ['of what was given', 80_000, DAY_MS, { ...fivePerDay, basis: 'entered' }, 76_000],
  ['not below the floor', 80_000, 9 * DAY_MS, { ...fivePerDay, floor_percent: 6_000 }, 60_000],
  ['the floor gives nothing', 30_000, DAY_MS, { ...fivePerDay, floor_percent: 6_000 }, 30_000],
  [
    'half a milli-point rounds up',
    1,
    1,
    { ...fivePerDay, rate_percent: 5_000, basis: 'entered' },
    1,
  ],
  ['less than half rounds down', 1, 1, { ...fivePerDay, rate_percent: 5_001, basis: 'entered' }, 0],
  ['extra credit is reduced like the rest', 120_000, DAY_MS, fivePerDay, 115_000],
];

t.test('what being late costs', (t) => {
  for (const [name, entered, lateMs, rule, final] of TABLE) {
    t.same(
      finalPoints(entered, lateMs, rule, 100_000),
      { late_deduction: entered - final, final_points: final },
      name,
    );
  }
  t.end();
});

t.test('the integers give what exact fractions give', (t) => {
  fc.assert(
    fc.property(points, late, policy, points, (entered, lateMs, rule, possible) => {
      const n =
        (BigInt(lateMs) + BigInt(rule.interval_seconds) * 1000n - 1n) /
        (BigInt(rule.interval_seconds) * 1000n);
      const wanted = n * BigInt(rule.rate_percent);
      const deduction = wanted < BigInt(rule.cap_percent) ? wanted : BigInt(rule.cap_percent);
      const basis = BigInt(rule.basis === 'entered' ? entered : possible);
      const reduced = halfUp(BigInt(entered) * 10_000n - deduction * basis);
      const floor = least(BigInt(entered), halfUp(BigInt(rule.floor_percent) * BigInt(possible)));
      const exact = -least(-reduced, -floor);
      return BigInt(finalPoints(entered, lateMs, rule, possible).final_points) === exact;
    }),
    { numRuns: 2_000 },
  );
  t.end();
});

t.test('later is never better, and nobody gains by being late', (t) => {
  fc.assert(
    fc.property(
      points,
      late,
      fc.nat(1e9),
      policy,
      points,
      (entered, lateMs, more, rule, possible) => {
        const { late_deduction, final_points } = finalPoints(entered, lateMs, rule, possible);
        const later = finalPoints(entered, lateMs + more, rule, possible).final_points;
        return (
          later <= final_points &&
          final_points >= 0 &&
          final_points <= entered &&
          late_deduction + final_points === entered
        );
      },
    ),
    { numRuns: 2_000 },
  );
  t.end();
});

t.test('more points given are never fewer in the end', (t) => {
  fc.assert(
    fc.property(
      points,
      fc.nat(1e6),
      late,
      policy,
      points,
      (entered, more, lateMs, rule, possible) => {
        const before = finalPoints(entered, lateMs, rule, possible).final_points;
        return finalPoints(entered + more, lateMs, rule, possible).final_points >= before;
      },
    ),
    { numRuns: 1_000 },
  );
  t.end();
});

function halfUp(tenThousandths: bigint): bigint {
  const shifted = tenThousandths + 5_000n;
  const quotient = shifted / 10_000n;
  return shifted < 0n && shifted % 10_000n !== 0n ? quotient - 1n : quotient;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
