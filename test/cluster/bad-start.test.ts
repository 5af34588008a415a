import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { TestCluster } from '../fixtures/cluster.ts';
import { inStateFile } from '../fixtures/state-file.ts';

t.setTimeout(200_000);

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
  await refused(t, ['--id', 'n1', '--data', 'x'], /which node is it\? Give --config/);
  await refused(t, [...good, '--frobnicate'], /Unknown option '--frobnicate': see lms-node --help/);
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

t.test('a log that names another data folder than node.json', async (t) => {
  const cluster = await TestCluster.make(t, { nodes: 1 });
  await cluster.startAll();
  await cluster.kill('n1');
  const file = join(cluster.dataFolder('n1'), 'node.json');
  const { directory_id: _, ...before } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...before, format: 2 }));
  await refused(t, startOf(cluster, 'n1'), /the log says that n1 has another data folder/);
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

/** A node alone with one course in its log, killed; and the log as it was before that course. */
async function killedWithData(t: Test) {
  const cluster = await TestCluster.make(t, { nodes: 1 });
  await cluster.startAll();
  const token = await cluster.admin();
  await cluster.kill('n1');
  const wal = join(cluster.dataFolder('n1'), 'wal');
  const older = join(cluster.folder, 'older-wal');
  cpSync(wal, older, { recursive: true });
  await cluster.startAll();
  const body = { code: 'L1', title: 'In the log' };
  const made = await cluster.call('n1', 'POST /v1/courses', { token, body });
  t.equal(made.status, 201);
  await inStateFile(cluster.dataFolder('n1'), 'SELECT 1 FROM courses');
  await cluster.kill('n1');
  return { cluster, wal, older };
}

t.test('a log that is damaged, older than the state, or gone is not begun anew', async (t) => {
  const { cluster, wal, older } = await killedWithData(t);
  const start = startOf(cluster, 'n1');
  const log = join(wal, '0000000001.log');
  const whole = readFileSync(log);
  const damaged = Buffer.from(whole).fill(0xff, 4096 + 64, 4096 + 80);
  writeFileSync(log, damaged);
  await refused(t, start, /log is damaged: .*0000000001\.log.*nothing was changed/);
  t.ok(readFileSync(log).equals(damaged), 'nothing was changed');
  writeFileSync(log, whole);

  rmSync(wal, { recursive: true });
  cpSync(older, wal, { recursive: true });
  await refused(t, start, /wal ends at entry \d+, but entry \d+ was applied: it has lost entries/);
  rmSync(wal, { recursive: true });
  await refused(t, start, /wal|log/);
  t.notOk(existsSync(log), 'no new log');
});

t.test('a damaged database is kept aside, and made again from the log', async (t) => {
  const { cluster } = await killedWithData(t);
  const folder = cluster.dataFolder('n1');
  const file = join(folder, 'lms.db');
  for (const name of ['lms.db-wal', 'lms.db-shm']) rmSync(join(folder, name), { force: true });
  const garbage = 'no database at all'.repeat(1_000);
  writeFileSync(file, garbage);
  await cluster.startAll();
  t.equal(readFileSync(`${file}.damaged`, 'utf8'), garbage);
  const { body } = await cluster.call('n1', 'GET /v1/courses', { token: await cluster.admin() });
  t.match(body, { items: [{ title: 'In the log' }] });
});
