import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { NodeProcess } from './node-process.ts';

const PROGRAM = fileURLToPath(new URL('./lms-node.ts', import.meta.url));

/** Loaded into the node first: at its end it says what it was started with and what it told V8. */
const WITNESS = `
  import v8 from 'node:v8';
  import { syncBuiltinESMExports } from 'node:module';
  const flags = [];
  v8.setFlagsFromString = (flag) => flags.push(flag);
  syncBuiltinESMExports();
  process.once('exit', () => {
    const { pid, execArgv, env } = process;
    const { MALLOC_MMAP_THRESHOLD_, MALLOC_ARENA_MAX, NODE_COMPILE_CACHE } = env;
    const settings = { MALLOC_MMAP_THRESHOLD_, MALLOC_ARENA_MAX, NODE_COMPILE_CACHE };
    console.log(JSON.stringify({ pid, execArgv, flags, ...settings }));
  });`;
const IMPORT = `--import=data:text/javascript,${encodeURIComponent(WITNESS)}`;

function hasThem(t: Test, said: string, pid: number | undefined): void {
  const { execArgv, ...witness } = JSON.parse(said.trim().split('\n').at(-1) ?? '');
  t.match(witness, {
    pid,
    flags: ['--heap-growing-percent=50'],
    MALLOC_MMAP_THRESHOLD_: '131072',
    MALLOC_ARENA_MAX: '2',
    NODE_COMPILE_CACHE: /lms-node$/,
  });
  t.same(
    execArgv.filter((option: string) => option.startsWith('--max-semi')),
    ['--max-semi-space-size=8'],
  );
}

t.test('a node that is started by hand begins anew with its settings', async (t) => {
  const child = spawn(process.execPath, [IMPORT, PROGRAM, '--help'], { stdio: 'pipe' });
  const [said, complaints] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  t.match(said, /Run one node of a Quorum LMS cluster/, 'its arguments come along');
  t.equal(complaints, '');
  hasThem(t, said, child.pid);
});

t.test('a node that another process starts has them at once', async (t) => {
  const log_file = join(t.testdir(), 'n1.log');
  const env = { NODE_OPTIONS: IMPORT };
  const node = new NodeProcess({ id: 'n1', data: t.testdirName, log_file, env });
  await node.exited;
  hasThem(t, readFileSync(log_file, 'utf8'), node.pid);
});
