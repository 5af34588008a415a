import t from 'tap';
import { Marks } from './marks.ts';
import type { Recipe } from './recipe.ts';
import { shrink } from './shrink.ts';
import { type Outcome, simulate } from './simulation.ts';
import { Violation } from './violation.ts';

const NAMES = Array.from({ length: 40 }, (_, n) => `event ${n + 1}`);

/** A run that fails by `invariant` of what happens in it and how long it rages. */
function pretended(
  recipe: Recipe,
  invariant: (names: readonly string[]) => string | null,
): Outcome {
  const script = NAMES.filter((name) => recipe.events?.includes(name) ?? true);
  const found = invariant(script);
  return {
    violation: found === null ? null : new Violation(found, 'as pretended'),
    marks: new Marks(),
    events: script.length,
    committed: 0,
    trace: '',
    at: 5,
    script: script.map((name) => ({ name, line: name })),
  };
}

const RECIPE = { seed: 1, profile: 'mixed' } as const;

t.test('what remains is needed, every bit of it', (t) => {
  const needed = ['event 3', 'event 17', 'event 40'];
  const run = (recipe: Recipe) =>
    pretended(recipe, (names) => (needed.every((one) => names.includes(one)) ? 'Bad' : null));
  const { recipe, outcome } = shrink(RECIPE, 1000, run);
  t.same(recipe.events, needed);
  t.equal(outcome.violation?.invariant, 'Bad');
  t.equal(recipe.conditions?.dropped, 0, 'and the network is calm');
  t.end();
});

t.test('another failure is no shorter one', (t) => {
  const run = (recipe: Recipe) =>
    pretended(recipe, (names) => (names.includes('event 9') ? 'Bad' : 'Other'));
  t.same(shrink(RECIPE, 1000, run).recipe.events, ['event 9']);
  t.end();
});

t.test('it ends after as many runs as it was given', (t) => {
  let runs = 0;
  const run = (recipe: Recipe) => {
    runs += 1;
    return pretended(recipe, () => 'Bad');
  };
  shrink(RECIPE, 4, run);
  t.equal(runs, 5);
  t.end();
});

t.test(
  'an event that is left out changes no other: all that the seed lets happen is the same',
  (t) => {
    const whole = simulate({ seed: 7, profile: 'membership_storm' }, { record: true });
    const names = whole.script.map(({ name }) => name);
    const all = simulate({ seed: 7, profile: 'membership_storm', events: names });
    t.equal(all.trace, whole.trace, 'a list of all of them is the same run');
    const faults = names.filter((name) => name.startsWith('fault'));
    const kindOf = (script: Outcome['script'], name: string) =>
      script.find((one) => one.name === name)?.line.replace(/^\S+ /, '');
    const rest = names.filter((name) => name !== faults[0]);
    const without = simulate(
      { seed: 7, profile: 'membership_storm', events: rest },
      { record: true },
    );
    for (const name of faults.slice(1))
      t.equal(kindOf(without.script, name), kindOf(whole.script, name));
    t.end();
  },
);
