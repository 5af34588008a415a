import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OperatorError } from '../src/operator-error.ts';
import { runProgram } from '../src/run-program.ts';
import { etcdVersion, startEtcd } from './etcd-target.ts';
import { startLms } from './lms-target.ts';
import type { LoadResult } from './load-job.ts';
import { describeMachine, isInMemory } from './machine.ts';
import { type Figure, table } from './result-table.ts';
import { runLoad } from './run-load.ts';
import type { LoadKind, Target } from './target.ts';

const KINDS: readonly LoadKind[] = ['writes', 'reads'];
/** Of the warm-up before the first figure: enough to keep every node busy. */
const warmUpConnections = 16;
/** More than a round can have: each write of a run is a new one. */
const requestsOfRound = 10_000_000;

await runProgram('npm run bench --', (program) =>
  program.command(
    '$0',
    'Durable writes and linearizable reads through the whole API of a local three-node cluster',
    (command) =>
      command.options({
        seconds: { type: 'number', default: 5, describe: 'Measured per figure and round' },
        rounds: { type: 'number', default: 3, describe: 'The median is shown' },
        'warm-up': { type: 'number', default: 2, describe: 'Seconds before that' },
        'first-warm-up': {
          type: 'number',
          default: 20,
          describe: 'Seconds of writes, and of reads, before the first figure',
        },
        connections: { type: 'string', default: '1,16,64,256', describe: 'Each in turn' },
        folder: { type: 'string', default: 'data', describe: 'On the disk to be measured' },
        peer: { choices: ['etcd'] as const, describe: 'Measure this one too, and compare' },
        json: { type: 'boolean', default: false, describe: 'For programs' },
      }),
    ({ seconds, rounds, warmUp, firstWarmUp, connections, folder, peer, json }) =>
      bench({
        seconds,
        rounds,
        warmUp,
        firstWarmUp,
        connections: connections.split(',').map(Number),
        folder,
        compare: peer === 'etcd',
        json,
      }),
  ),
);

interface Options {
  readonly seconds: number;
  readonly rounds: number;
  readonly warmUp: number;
  readonly firstWarmUp: number;
  readonly connections: readonly number[];
  readonly folder: string;
  readonly compare: boolean;
  readonly json: boolean;
}

async function bench(options: Options): Promise<void> {
  const version = options.compare ? etcdVersion() : null;
  if (options.compare && version === null) {
    throw new OperatorError("etcd is not installed: 'apt-get install etcd-server' on Debian");
  }
  mkdirSync(options.folder, { recursive: true });
  if (isInMemory(options.folder)) {
    throw new OperatorError(
      `${options.folder} is in memory, where durability costs nothing: give a folder on a disk (--folder)`,
    );
  }
  const folder = mkdtempSync(join(resolve(options.folder), 'bench-'));
  const targets: Target[] = [];
  try {
    targets.push(await startLms(folder));
    if (version !== null) targets.push(await startEtcd(join(folder, 'etcd'), version));
    print(targets, await measure(targets, options), options);
  } finally {
    for (const target of targets) await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Each figure of all targets in turn, as often as there are rounds: the speed of a shared machine drifts, and
 * what is compared must have met the same of it.
 */
async function measure(targets: readonly Target[], options: Options): Promise<Figure[]> {
  for (const target of targets) {
    for (const kind of KINDS) await warmUp(target, kind, options.firstWarmUp);
  }
  const figures: Figure[] = [];
  for (const kind of KINDS) {
    for (const connections of options.connections) {
      const rounds: LoadResult[][] = [];
      while (rounds.length < options.rounds) {
        const number = figures.length * options.rounds + rounds.length + 1;
        rounds.push(await oneRound(targets, number, { kind, connections }, options));
      }
      figures.push({ kind, connections, rounds });
    }
  }
  return figures;
}

/** By target, in their order; who is asked first changes from round to round. */
async function oneRound(
  targets: readonly Target[],
  number: number,
  { kind, connections }: Pick<Figure, 'kind' | 'connections'>,
  { seconds, warmUp: warm_up_seconds }: Options,
): Promise<LoadResult[]> {
  const results = new Map<Target, LoadResult>();
  for (const target of number % 2 === 0 ? targets.toReversed() : targets) {
    const first = number * requestsOfRound;
    const load = { ...target.jobs[kind], connections, first, seconds, warm_up_seconds };
    const result = await runLoad(load);
    progress(target.name, kind, connections, result);
    results.set(target, result);
  }
  return targets.flatMap((target) => results.get(target) ?? []);
}

/** A server runs for weeks: what is measured is its code as it is compiled then, not as it is just after a start. */
async function warmUp(target: Target, kind: LoadKind, seconds: number): Promise<void> {
  await runLoad({
    ...target.jobs[kind],
    connections: warmUpConnections,
    warm_up_seconds: seconds,
    seconds: 0,
  });
}

/** On stderr: the table at the end is what counts. */
function progress(name: string, kind: LoadKind, connections: number, result: LoadResult): void {
  const { per_second, p50_ms, p99_ms, failures, failure } = result;
  process.stderr.write(
    `${name} ${kind} ${connections}: ${Math.round(per_second)}/s, p50 ${p50_ms.toFixed(2)} ms, ` +
      `p99 ${p99_ms.toFixed(2)} ms${failures === 0 ? '' : `, ${failures} failures: ${failure}`}\n`,
  );
}

function print(
  targets: readonly Target[],
  figures: readonly Figure[],
  { seconds, rounds, json }: Options,
): void {
  const machine = describeMachine();
  const systems = targets.map(({ name, version }) => ({ name, version }));
  if (json) {
    console.log(JSON.stringify({ machine, seconds, systems, figures }, null, 2));
    return;
  }
  console.log(
    `${machine}; median of ${rounds} × ${seconds} s per figure, in turn; data on disk; ` +
      'load generator on the same machine\n',
  );
  console.log(table(systems, figures));
}
