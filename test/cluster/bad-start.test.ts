import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { TestCluster } from '../fixtures/cluster.ts';

t.setTimeout(120_000);

/** Runs `lms-node` as an operator would, to its end. */
async function run(...args: string[]): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, ['src/lms-node.ts', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), stderr };
}

async function refused(t: Test, args: string[], why: RegExp): Promise<void> {
  const { code, stderr } = await run(...args);
  t.equal(code, 1, 'exit code');
  t.match(stderr, /^lms-node: [^\n]+\n$/, 'one line');
  t.match(stderr, why);
}

function startOf(cluster: TestCluster, id: string, data = cluster.dataFolder(id)): string[] {
  return ['--config', join(cluster.folder, 'cluster.json'), '--id', id, '--data', data];
}

t.test('what is wrong with the files', async (t) => {
  const cluster = await TestCluster.make(t);
  const config = join(cluster.folder, 'cluster.json');
  const good = startOf(cluster, 'n1');
  await refused(t, ['--id', 'n1', '--data', 'x'], /Missing required argument: config/);
  await refused(t, [...good, '--frobnicate'], /Unknown argument: frobnicate/);
  await refused(t, startOf(cluster, 'n7'), /no node "n7": start with --id and one of n1, n2, n3/);
  await refused(
    t,
    ['--config', 'cluster.json', '--id', 'n1', '--data', 'x'],
    /it is the template. Make a cluster with 'npx lms-admin init/,
  );
  const misspelt = { ...cluster.file, tming: {} };
  writeFileSync(config, JSON.stringify(misspelt));
  await refused(t, good, /unknown field "tming"/);
  writeFileSync(config, JSON.stringify({ ...cluster.file, cluster_id: 'another' }));
  await refused(t, good, /pki|cluster/);
});

t.test('what is wrong with the keys', async (t) => {
  const cluster = await TestCluster.make(t);
  const pki = join(cluster.folder, 'pki');
  cpSync(join(pki, 'n2.key'), join(pki, 'n1.key'));
  await refused(t, startOf(cluster, 'n1'), /n1\.key is not the key of .*n1\.crt/);
});

t.test('the data of others, and ports that are taken', async (t) => {
  const cluster = await TestCluster.make(t, { nodes: 1 });
  await cluster.startAll();
  await refused(t, startOf(cluster, 'n1'), /is in use by another process/);
  await cluster.kill('n1');

  const other = await TestCluster.make(t, { nodes: 2 });
  const before = readFileSync(join(cluster.dataFolder('n1'), 'node.json'), 'utf8');
  await refused(t, startOf(other, 'n1', cluster.dataFolder('n1')), /holds data of cluster/);
  t.equal(readFileSync(join(cluster.dataFolder('n1'), 'node.json'), 'utf8'), before);

  for (const [field, why] of [
    ['raft', /cannot listen for peers on 127\.0\.0\.1:\d+/],
    ['api', /cannot serve the API on 127\.0\.0\.1:\d+: another process has the port/],
  ] as const) {
    const address = other.file.nodes[1]?.[field].replace('http://', '') ?? '';
    const server = createServer().listen(Number(address.split(':')[1]), '127.0.0.1');
    await once(server, 'listening');
    await refused(t, startOf(other, 'n2'), why);
    server.close();
  }
});

t.test('a log that is gone or damaged is not begun anew', async (t) => {
  const cluster = await TestCluster.make(t, { nodes: 1 });
  await cluster.startAll();
  await cluster.call('n1', 'POST /v1/courses', {
    token: await cluster.admin(),
    body: { code: 'L1', title: 'In the log' },
  });
  await cluster.kill('n1');
  const folder = cluster.dataFolder('n1');
  const log = join(folder, 'wal', '0000000001.log');
  const whole = readFileSync(log);

  const torn = Buffer.from(whole);
  torn.fill(0xff, 4096 + 64, 4096 + 80);
  writeFileSync(log, torn);
  await refused(
    t,
    startOf(cluster, 'n1'),
    /log is damaged: .*0000000001\.log.*nothing was changed/,
  );
  t.ok(readFileSync(log).equals(torn), 'nothing was changed');

  writeFileSync(log, whole);
  writeFileSync(join(folder, 'node.json'), '{');
  await refused(t, startOf(cluster, 'n1'), /node\.json is damaged/);
});
