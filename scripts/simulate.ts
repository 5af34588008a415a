import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { PROFILES, type Profile } from '../test/simulation/conditions.ts';
import { Marks } from '../test/simulation/marks.ts';
import { type Outcome, profileOf, simulate } from '../test/simulation/simulation.ts';

/** From here on every mark must have occurred. */
const seedsForAllMarks = 1000;

const usage = `usage: npm run simulate -- [--seeds N] [--seed S] [--profile P] [--seconds T] [--json] [--story]
  --seeds N     run N seeds (default 1000, or 1 when a seed is given)
  --seed S      the first seed (default 1)
  --profile P   ${PROFILES.join(', ')} (default: in turn)
  --seconds T   stop after this time
  --story       print what happens, message by message
  --json        print only one line of JSON`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    profile: { type: 'string' },
    seconds: { type: 'string' },
    json: { type: 'boolean', default: false },
    story: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else if (values.profile !== undefined && knownProfile(values.profile) === undefined) {
  console.error(`There is no profile "${values.profile}".\n${usage}`);
  process.exitCode = 2;
} else process.exitCode = run();

function run(): number {
  const first = Number(values.seed ?? 1);
  const count = Number(values.seeds ?? (values.seed === undefined ? 1000 : 1));
  const profile = knownProfile(values.profile);
  const tell = values.story ? (line: string): void => console.log(line) : null;
  const startedAt = performance.now();
  const endAt = startedAt + Number(values.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const marks = new Marks();
  let events = 0;
  let ran = 0;
  for (let seed = first; seed < first + count && performance.now() < endAt; seed += 1) {
    const chosen = profile ?? profileOf(seed);
    const outcome = simulate(seed, chosen, tell);
    ran += 1;
    events += outcome.events;
    marks.add(outcome.marks);
    if (outcome.violation !== null) return reportFailure(seed, chosen, ran, outcome);
    if (count === 1) console.log(`seed ${seed} ${chosen}: trace ${outcome.trace}`);
  }
  return reportSuccess(ran, events, performance.now() - startedAt, marks);
}

function knownProfile(name: string | undefined): Profile | undefined {
  return PROFILES.find((known) => known === name);
}

function reportFailure(seed: number, profile: Profile, seeds: number, outcome: Outcome): number {
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
  return 1;
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
