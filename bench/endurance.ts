import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runProgram } from '../src/run-program.ts';
import { type LmsTarget, startLms } from './lms-target.ts';
import { describeMachine } from './machine.ts';
import { runLoad } from './run-load.ts';

const connections = 64;
const sliceSeconds = 10;
const mebibyte = 2 ** 20;

await runProgram('node bench/endurance.ts', (program) =>
  program.command(
    '$0',
    'Memory and disk of the nodes while writes go on, and how long a start takes after them',
    (command) =>
      command.options({
        writes: { type: 'number', default: 1_000_000, describe: 'Through the whole API' },
        folder: { type: 'string', default: 'data', describe: 'On the disk to be measured' },
      }),
    ({ writes, folder }) => endure(writes, folder),
  ),
);

async function endure(writes: number, parent: string): Promise<void> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(resolve(parent), 'endurance-'));
  try {
    const target = await startLms(folder);
    try {
      console.log(`${describeMachine()}\n\n| writes | per s | p99 | RSS of the nodes, MiB |`);
      console.log('|---|---|---|---|');
      for (let done = 0; done < writes; ) done += await slice(target, done);
      await restart(target);
    } finally {
      await target.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns how many writes it made. */
async function slice({ jobs, cluster }: LmsTarget, before: number): Promise<number> {
  const result = await runLoad({
    ...jobs.writes,
    connections,
    seconds: sliceSeconds,
    warm_up_seconds: 0,
    first: before,
  });
  if (result.failures > 0) throw new Error(`${result.failures} failed: ${result.failure}`);
  const memory = await Promise.all(cluster.ids.map((id) => residentMebibytes(cluster.api(id))));
  const perSecond = Math.round(result.per_second);
  const p99 = `${result.p99_ms.toFixed(0)} ms`;
  console.log(`| ${before + result.requests} | ${perSecond} | ${p99} | ${memory.join(', ')} |`);
  return result.requests;
}

async function residentMebibytes(origin: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1];
  return Math.round(Number(bytes) / mebibyte);
}

/** A node that is killed comes back with all of it behind it. */
async function restart({ cluster }: LmsTarget): Promise<void> {
  const { applied_index } = (await cluster.settled())[0] ?? {};
  for (const id of cluster.ids) {
    await cluster.kill(id);
    const began = performance.now();
    await cluster.restart(id);
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    const state = statSync(join(cluster.dataFolder(id), 'lms.db')).size / mebibyte;
    console.log(
      `${id}: ready ${seconds} s after its start, ${applied_index} entries, lms.db ${state.toFixed(0)} MiB`,
    );
  }
}
