import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runProgram } from '../src/run-program.ts';
import { describeMachine } from './machine.ts';
import { applyMicroseconds } from './stages/apply-stage.ts';
import { httpMicroseconds } from './stages/http-stage.ts';
import { wireMicroseconds } from './stages/wire-stage.ts';

/** What one write costs, stage by stage, each measured by itself in CPU time. */
await runProgram('node bench/stages.ts', (program) =>
  program.command(
    '$0',
    'CPU time of the stages of a write (POST of a question of 300 bytes)',
    (command) =>
      command.options({
        batch: { type: 'number', default: 16, describe: 'Entries that share a message' },
        folder: { type: 'string', default: 'data', describe: 'On the disk to be measured' },
      }),
    ({ batch, folder }) => stages(batch, folder),
  ),
);

async function stages(batch: number, parent: string): Promise<void> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(resolve(parent), 'stages-'));
  try {
    const { encode, decode, pack } = wireMicroseconds(batch);
    const apply = applyMicroseconds(folder, batch);
    const http = await httpMicroseconds('write');
    const read = await httpMicroseconds('read');
    const bare = await httpMicroseconds('bare');
    console.log(`${describeMachine()}; µs of CPU time per write, ${batch} writes to a batch\n`);
    console.log('| stage | leader | follower |\n|---|---|---|');
    row('HTTP, on the node that took the write', http, http);
    row('one copy for each follower: encode', 2 * encode, null);
    row('receive: decode, check', null, decode);
    row('pack for the log thread', pack, pack);
    row('apply: rules, tables, journal, chain', apply, apply);
    console.log(`\nOf the HTTP, a bare server of Node with the same answer: ${bare.toFixed(1)} µs`);
    console.log(`A linearizable read, on the node that is asked: ${read.toFixed(1)} µs`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(stage: string, leader: number | null, follower: number | null): void {
  const show = (value: number | null) => (value === null ? '' : value.toFixed(1));
  console.log(`| ${stage} | ${show(leader)} | ${show(follower)} |`);
}
