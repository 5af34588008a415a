import t from 'tap';
import { PROFILES } from './conditions.ts';
import { Marks } from './marks.ts';
import { profileOf, simulate } from './simulation.ts';

/** `npm run simulate -- --seeds 10000` runs more; what matters is that no seed fails. */
const atLeastSeeds = 500;
const enoughMs = 40_000;
/** From here on everything that may happen must have happened. */
const seedsForAllMarks = 1000;

t.setTimeout(300_000);

for (const profile of PROFILES) {
  t.test(`a run is a function of its seed: ${profile}`, (t) => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const once = simulate({ seed, profile });
      const again = simulate({ seed, profile });
      t.equal(once.trace, again.trace, `seed ${seed}`);
      t.equal(once.events, again.events);
      t.ok(once.events > 100, 'and something happens in it');
    }
    t.not(simulate({ seed: 1, profile }).trace, simulate({ seed: 2, profile }).trace);
    t.end();
  });
}

t.test('a run takes nothing from outside: no clock, no chance, no timer', (t) => {
  const forbidden = () => {
    throw new Error('a simulated run reached for the real world');
  };
  t.intercept(Date, 'now', { value: forbidden });
  t.intercept(Math, 'random', { value: forbidden });
  t.intercept(performance, 'now', { value: forbidden });
  for (const name of ['setTimeout', 'setImmediate', 'queueMicrotask'] as const) {
    t.intercept(globalThis, name, { value: forbidden });
  }
  for (let seed = 1; seed <= 8; seed += 1) {
    const { violation } = simulate({ seed, profile: profileOf(seed) });
    if (violation !== null) throw violation;
  }
  t.pass('eight runs');
  t.end();
});

t.test('no seed breaks a promise, and all come back to work after the faults', (t) => {
  const startedAt = performance.now();
  const marks = new Marks();
  let seed = 0;
  while (seed < atLeastSeeds || performance.now() - startedAt < enoughMs) {
    seed += 1;
    const profile = profileOf(seed);
    const outcome = simulate({ seed, profile });
    marks.add(outcome.marks);
    if (outcome.violation === null) continue;
    t.fail(`seed ${seed}: ${outcome.violation.message}`, {
      replay: `npm run simulate -- --seed ${seed} --profile ${profile} --story`,
      node: process.version,
      trace: outcome.trace,
    });
    break;
  }
  t.comment(`${seed} seeds; not seen: ${marks.missing.join(', ') || 'nothing'}`);
  if (seed >= seedsForAllMarks) t.same(marks.missing, [], 'everything happened sometimes');
  t.ok(seed >= atLeastSeeds);
  t.end();
});
