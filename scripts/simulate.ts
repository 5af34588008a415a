import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROFILES, type Profile } from '../test/simulation/conditions.ts';
import { Marks } from '../test/simulation/marks.ts';
import type { Recipe } from '../test/simulation/recipe.ts';
import { shrink } from '../test/simulation/shrink.ts';
import { type Outcome, profileOf, simulate } from '../test/simulation/simulation.ts';

/** From here on every mark must have occurred. */
const seedsForAllMarks = 1000;
const defaultShrinkRuns = 600;

const usage = `usage: npm run simulate -- [--seeds N] [--seed S] [--profile P] [--seconds T] [--json] [--story]
  --seeds N     run N seeds (default 1000, or 1 when a seed is given)
  --seed S      the first seed (default 1)
  --profile P   ${PROFILES.join(', ')} (default: in turn)
  --seconds T   stop after this time
  --replay FILE run what a failure was shrunk to
  --shrink N    on a failure look for a shorter one in N more runs (default ${defaultShrinkRuns}; 0: do not)
  --story       print what happens, message by message
  --json        print only one line of JSON`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    profile: { type: 'string' },
    seconds: { type: 'string' },
    replay: { type: 'string' },
    shrink: { type: 'string' },
    json: { type: 'boolean', default: false },
    story: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const tell = values.story ? (line: string): void => console.log(line) : undefined;

if (values.help) console.log(usage);
else if (values.profile !== undefined && knownProfile(values.profile) === undefined) {
  console.error(`There is no profile "${values.profile}".\n${usage}`);
  process.exitCode = 2;
} else if (values.replay !== undefined) process.exitCode = replay(values.replay);
else process.exitCode = run();

function run(): number {
  const first = Number(values.seed ?? 1);
  const count = Number(values.seeds ?? (values.seed === undefined ? 1000 : 1));
  const profile = knownProfile(values.profile);
  const startedAt = performance.now();
  const endAt = startedAt + Number(values.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const marks = new Marks();
  let events = 0;
  let ran = 0;
  for (let seed = first; seed < first + count && performance.now() < endAt; seed += 1) {
    const recipe = { seed, profile: profile ?? profileOf(seed) };
    const outcome = simulate(recipe, { tell });
    ran += 1;
    events += outcome.events;
    marks.add(outcome.marks);
    if (outcome.violation !== null) return reportFailure(recipe, ran, outcome);
    if (count === 1) console.log(`seed ${seed} ${recipe.profile}: trace ${outcome.trace}`);
  }
  return reportSuccess(ran, events, performance.now() - startedAt, marks);
}

function replay(path: string): number {
  const recipe: Recipe = JSON.parse(readFileSync(path, 'utf8'));
  const outcome = simulate(recipe, { tell, record: true });
  if (outcome.violation !== null) return reportFailure(recipe, 1, outcome);
  if (values.json) console.log(JSON.stringify({ found: false, seeds: 1 }));
  else console.log(`no violation; ${outcome.script.length} events, trace ${outcome.trace}`);
  return 0;
}

function knownProfile(name: string | undefined): Profile | undefined {
  return PROFILES.find((known) => known === name);
}

function reportFailure(recipe: Recipe, seeds: number, outcome: Outcome): number {
  const { seed, profile } = recipe;
  const message = outcome.violation?.message ?? '';
  if (values.json) {
    const invariant = outcome.violation?.invariant;
    console.log(JSON.stringify({ found: true, seed, profile, seeds, invariant, message }));
    return 1;
  }
  console.log(`seed ${seed} (${profile}) after ${outcome.events} events:`);
  console.log(`  ${message}`);
  console.log(`  commit ${commit()}, node ${process.version}, trace ${outcome.trace}`);
  console.log(`  npm run simulate -- --seed ${seed} --profile ${profile} --story`);
  const runs = Number(values.shrink ?? defaultShrinkRuns);
  if (runs > 0 && recipe.events === undefined) reportShortest(recipe, runs);
  return 1;
}

function reportShortest(recipe: Recipe, runs: number): void {
  const shortest = shrink(recipe, runs);
  console.log(`the shortest that was found, ${shortest.outcome.script.length} events:`);
  for (const { line } of shortest.outcome.script) console.log(`  ${line}`);
  console.log(`  ${shortest.outcome.violation?.message}`);
  const path = join(tmpdir(), `simulate-${recipe.profile}-${recipe.seed}.json`);
  writeFileSync(path, `${JSON.stringify(shortest.recipe)}\n`);
  console.log(`  npm run simulate -- --replay ${path} --story`);
  console.log('  once it is mended, the file belongs into test/simulation/regressions/');
}

function reportSuccess(seeds: number, events: number, ms: number, marks: Marks): number {
  const missing = marks.missing;
  if (values.json) {
    console.log(JSON.stringify({ found: false, seeds }));
    return 0;
  }
  const perSecond = Math.round((seeds / ms) * 1000);
  console.log(`${seeds} seeds without a violation, ${events} steps, ${perSecond} seeds/s`);
  if (values.story || seeds === 1) return 0;
  console.log(`never seen: ${missing.length === 0 ? 'nothing' : missing.join(', ')}`);
  return seeds >= seedsForAllMarks && missing.length > 0 ? 1 : 0;
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
