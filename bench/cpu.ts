import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from '../src/run-program.ts';
import { startLms } from './lms-target.ts';
import { describeMachine } from './machine.ts';
import { runLoad } from './run-load.ts';
import { threadTimes } from './thread-times.ts';

const warmUpSeconds = 20;
const measuredSeconds = 5;

await runProgram('node bench/cpu.ts', (program) =>
  program.command(
    '$0',
    'CPU time of each node and thread per request, in µs (Linux)',
    (command) =>
      command.options({
        kind: { choices: ['writes', 'reads'] as const, default: 'writes' as const },
        connections: { type: 'number', default: 64 },
        folder: { type: 'string', default: 'data', describe: 'On the disk to be measured' },
      }),
    async ({ kind, connections, folder: parent }) => {
      mkdirSync(parent, { recursive: true });
      const folder = mkdtempSync(join(resolve(parent), 'cpu-'));
      try {
        await measure(folder, kind, connections);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  ),
);

async function measure(folder: string, kind: 'writes' | 'reads', connections: number) {
  const { cluster, jobs, stop } = await startLms(folder);
  try {
    const leader = await cluster.leader();
    const load = runLoad({
      ...jobs[kind],
      connections,
      warm_up_seconds: warmUpSeconds,
      seconds: measuredSeconds,
    });
    await sleep(warmUpSeconds * 1000);
    const before = cluster.ids.map((id) => threadTimes(cluster.process(id).pid ?? 0));
    const result = await load;
    const after = cluster.ids.map((id) => threadTimes(cluster.process(id).pid ?? 0));
    console.log(`${describeMachine()}\n`);
    console.log(`${kind}, ${connections} connections: ${Math.round(result.per_second)}/s\n`);
    console.log('| node | µs per request | by thread |\n|---|---|---|');
    cluster.ids.forEach((id, n) => {
      const threads = [...(after[n] ?? [])].map(([name, microseconds]) => {
        const used = microseconds - (before[n]?.get(name) ?? 0);
        return { name, used: used / result.requests };
      });
      const sum = threads.reduce((total, { used }) => total + used, 0);
      const shown = threads
        .filter(({ used }) => used >= 0.5)
        .sort((a, b) => b.used - a.used)
        .map(({ name, used }) => `${name} ${used.toFixed(0)}`);
      const role = id === leader ? 'leader' : 'follower';
      console.log(`| ${id}, ${role} | ${sum.toFixed(0)} | ${shown.join(', ')} |`);
    });
  } finally {
    await stop();
  }
}
