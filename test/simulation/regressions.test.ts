import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { Recipe } from './recipe.ts';
import { simulate } from './simulation.ts';

/** Histories that once broke a promise, or do with a known bug: none may again. */

interface Regression extends Recipe {
  /** What the bug was; a mutant's name where there is one. */
  readonly about: string;
  readonly events: readonly string[];
}

const folder = new URL('./regressions/', import.meta.url);

for (const name of readdirSync(folder).sort()) {
  const { about, ...recipe }: Regression = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  t.test(`${name}: ${about}`, (t) => {
    const { violation, script } = simulate(recipe, { record: true });
    t.equal(violation, null, violation?.message ?? 'no violation');
    const played = new Set(script.map((event) => event.name));
    const missing = recipe.events.filter((event) => !played.has(event));
    t.ok(missing.length * 2 <= recipe.events.length, `it still happens, but for ${missing}`);
    t.end();
  });
}
