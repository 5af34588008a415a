import fc from 'fast-check';
import t from 'tap';
import { type EffectiveDates, withAdjustment, withOverride } from './effective-dates.ts';

const dates: EffectiveDates = {
  unlock_at: 1_000,
  due_at: 2_000,
  lock_at: 3_000,
  grace_seconds: 60,
  max_attempts: 2,
};

t.test('an override replaces what it names, null too, and nothing else', (t) => {
  t.same(withOverride({ ...dates, id: 'asg_1' } as EffectiveDates, null), dates);
  t.same(withOverride(dates, { due_at: 5_000, max_attempts: null }), {
    ...dates,
    due_at: 5_000,
    max_attempts: null,
  });
  t.same(withOverride(dates, { lock_at: null, grace_seconds: 0 }), {
    ...dates,
    lock_at: null,
    grace_seconds: 0,
  });
  t.end();
});

t.test('an incident never shortens, whatever the order and however often', (t) => {
  const time = fc.option(fc.nat(10_000));
  const adjustment = fc.record({ due_at: time, lock_at: time });
  fc.assert(
    fc.property(time, time, adjustment, adjustment, (due_at, lock_at, a, b) => {
      const base = { ...dates, due_at, lock_at };
      const once = withAdjustment(base, a);
      const ab = withAdjustment(once, b);
      const ba = withAdjustment(withAdjustment(base, b), a);
      t.same(withAdjustment(once, a), once);
      t.same(ab, ba);
      t.ok(due_at === null ? once.due_at === null : (once.due_at ?? 0) >= due_at);
      t.ok(lock_at === null ? once.lock_at === null : (once.lock_at ?? 0) >= lock_at);
    }),
    { numRuns: 100 },
  );
  t.match(withAdjustment(dates, { due_at: 2_500, lock_at: 2_500 }), {
    due_at: 2_500,
    lock_at: 3_000,
  });
  t.end();
});
