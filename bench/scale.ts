import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { runProgram } from '../src/run-program.ts';
import { describeMachine } from './machine.ts';
import { isKept, rowOf, TABLE_HEAD } from './scale/figures.ts';
import { measure } from './scale/measure.ts';
import { type Opened, openUniversity } from './scale/open-university.ts';
import { runRush } from './scale/rush.ts';
import { contentsOf, universityOf } from './scale/university.ts';

const progressEvery = 2_048 * 50;
const killBeforeMs = 5_000;

interface Options {
  readonly scale: number;
  readonly folder: string;
  readonly students: number | undefined;
  readonly rush: boolean;
  readonly seconds: number;
}

await runProgram('npm run bench:scale --', (program) =>
  program.command(
    '$0',
    'A university, made through the log: sizes, answers and the rush before a deadline',
    (command) =>
      command.options({
        scale: { type: 'number', default: 1, describe: 'Part of 100,000 users' },
        folder: { type: 'string', default: 'data', describe: 'On the disk to be measured' },
        students: { type: 'number', describe: 'Who hand in before a deadline (10,000 × scale)' },
        rush: { type: 'boolean', default: false, describe: 'Nothing but that' },
        seconds: { type: 'number', default: 60, describe: 'Length of the rush' },
      }),
    (options) => run(options),
  ),
);

async function run(options: Options): Promise<void> {
  const ends: (() => unknown)[] = [];
  const t = { teardown: (end: () => unknown) => void ends.push(end) };
  mkdirSync(options.folder, { recursive: true });
  try {
    const size = universityOf(options.scale, options.students);
    const parent = resolve(options.folder);
    const opened = await openUniversity(t, size, parent, (made) => {
      if (made % progressEvery === 0) process.stderr.write(`${made} commands applied\n`);
    });
    printHead(opened, contentsOf(size));
    if (options.rush) await opened.cluster.startAll();
    else await printFigures(opened);
    await rush(opened, options.seconds);
  } finally {
    for (const end of ends) await end();
  }
}

function printHead({ commands, made_ms }: Opened, contents: object): void {
  const seconds = made_ms / 1000;
  const counts = Object.entries(contents).map(([name, count]) => `${count} ${name}`);
  console.log(`${describeMachine()}\n${counts.join(', ')}`);
  console.log(
    `${commands} commands through the log in ${seconds.toFixed(0)} s ` +
      `(${Math.round(commands / seconds)}/s), load ${(loadavg()[0] ?? 0).toFixed(1)}\n`,
  );
}

async function printFigures(opened: Opened): Promise<void> {
  console.log(TABLE_HEAD);
  let missed = 0;
  for await (const figure of measure(opened)) {
    console.log(rowOf(figure));
    if (!isKept(figure)) missed += 1;
  }
  console.log(`\n${missed === 0 ? 'All limits kept.' : `${missed} limits missed.`}`);
  if (missed > 0) process.exitCode = 1;
}

async function rush({ cluster, landmarks }: Opened, seconds: number): Promise<void> {
  const found = await runRush(cluster, landmarks.rush, { seconds, kill_before_ms: killBeforeMs });
  console.log(`\nA deadline, load ${(loadavg()[0] ?? 0).toFixed(1)}`);
  for (const [name, value] of Object.entries(found)) {
    console.log(`${name.replaceAll('_', ' ')}: ${value}`);
  }
  const { lost, twice, late, refused, without_receipt } = found;
  if (lost + twice + late + refused + without_receipt > 0) process.exitCode = 1;
}
