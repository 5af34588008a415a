import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { TestCluster } from '../test/fixtures/cluster.ts';
import { environmentWith } from './environment.ts';
import { processSettings } from './process-settings.ts';

t.setTimeout(120_000);

const STDIO: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
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

const SETTINGS = {
  flags: ['--heap-growing-percent=50'],
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: /lms-node$/,
  semiSpaces: ['--max-semi-space-size=8'],
};

function has(
  t: Test,
  settings: Record<string, unknown>,
  said: string,
  pid: number | undefined,
): void {
  const { execArgv, ...witness } = JSON.parse(said.trim().split('\n').at(-1) ?? '');
  const semiSpaces = execArgv.filter((option: string) => /^--max.semi/.test(option));
  t.match({ ...witness, semiSpaces }, { pid, ...settings });
  t.same([witness.flags, semiSpaces], [settings.flags, settings.semiSpaces]);
}

/** What a node is started with that is alone in its cluster. */
function startOf(cluster: TestCluster): string[] {
  const config = join(cluster.folder, 'cluster.json');
  return ['--config', config, '--id', 'n1', '--data', cluster.dataFolder('n1')];
}

/** What it wrote until it had ended, which it is told to when it has started. */
async function runOnce(child: ChildProcessByStdio<null, Readable, Readable>) {
  const said = async () => {
    let whole = '';
    for await (const piece of child.stdout.setEncoding('utf8')) {
      if (!whole.includes('node started') && `${whole}${piece}`.includes('node started')) {
        child.kill();
      }
      whole += piece;
    }
    return whole;
  };
  const [out, complaints] = await Promise.all([said(), text(child.stderr), once(child, 'exit')]);
  return { out, complaints };
}

t.test('a node that is started by hand begins anew with its settings', async (t) => {
  const cluster = await TestCluster.make(t, { nodes: 1 });
  const child = spawn(process.execPath, [IMPORT, PROGRAM, ...startOf(cluster)], { stdio: STDIO });
  const { out, complaints } = await runOnce(child);
  t.equal(complaints, '');
  has(t, SETTINGS, out, child.pid);
});

t.test('a node that another process starts has them at once', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1, env: { NODE_OPTIONS: IMPORT } });
  const node = cluster.process('n1');
  await node.stop(10_000);
  has(t, SETTINGS, cluster.logOf('n1'), node.pid);
});

t.test('what the operator chose goes before them, on the command line …', async (t) => {
  const cluster = await TestCluster.make(t, { nodes: 1 });
  const chosen = ['--max_semi_space_size=32', '--heap-growing-percent=100'];
  const args = [IMPORT, ...chosen, PROGRAM, ...startOf(cluster)];
  const env = environmentWith({ MALLOC_ARENA_MAX: '8' });
  const child = spawn(process.execPath, args, { stdio: STDIO, env });
  const { out } = await runOnce(child);
  const theirs = { flags: [], MALLOC_ARENA_MAX: '8', semiSpaces: ['--max_semi_space_size=32'] };
  has(t, { ...SETTINGS, ...theirs }, out, child.pid);
});

t.test('… and in the environment', async (t) => {
  const env = { NODE_OPTIONS: `${IMPORT} --max-semi-space-size=32`, MALLOC_ARENA_MAX: '8' };
  const cluster = await TestCluster.start(t, { nodes: 1, env });
  const node = cluster.process('n1');
  await node.stop(10_000);
  const theirs = { MALLOC_ARENA_MAX: '8', semiSpaces: [] };
  has(t, { ...SETTINGS, ...theirs }, cluster.logOf('n1'), node.pid);
  process.env.MALLOC_ARENA_MAX = '8';
  t.teardown(() => delete process.env.MALLOC_ARENA_MAX);
  t.match(processSettings([]).env, { MALLOC_ARENA_MAX: '8', MALLOC_MMAP_THRESHOLD_: '131072' });
});

t.test('what a node and its log compiled is kept, though it is killed', async (t) => {
  const kept = { NODE_COMPILE_CACHE: t.testdir() };
  const cluster = await TestCluster.start(t, { nodes: 1, env: kept });
  await cluster.kill('n1');
  const more = { ...kept, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  const { options, env } = processSettings([], more);
  const child = spawn(process.execPath, [...options, PROGRAM, ...startOf(cluster)], {
    stdio: STDIO,
    env,
  });
  const { complaints: trace } = await runOnce(child);
  for (const file of ['node-program.ts', 'node.ts', 'raft/log/log-worker.ts']) {
    t.match(trace, new RegExp(`reading cache from .* for ESM .*/src/${file}\\.\\.\\..* success`));
  }
});
