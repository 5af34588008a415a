import t from 'tap';
import { ClockJumps } from './clock-jumps.ts';

t.test('a machine that was suspended, and a wall clock that was set, are seen once', (t) => {
  let now = 100;
  let wall = 1_000_000;
  const jumps = new ClockJumps(
    () => now,
    () => wall,
  );
  const pass = (monotonicMs: number, wallMs: number): boolean => {
    now += monotonicMs;
    wall += wallMs;
    return jumps.seen();
  };
  t.equal(pass(5_000, 5_000), false);
  t.equal(pass(100, 140), false, 'the clock is being adjusted');
  t.equal(pass(10, 3_600_000), true, 'suspended');
  t.equal(pass(10, 10), false);
  t.equal(pass(10, -60_000), true, 'set back');
  t.equal(pass(10, 10), false);
  t.end();
});
