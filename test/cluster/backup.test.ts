import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { makeClassroom } from '../fixtures/classroom.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { listAllLocally } from '../fixtures/list-all.ts';
import { until } from '../fixtures/until.ts';

/** Backups as an administrator takes them, and the clusters that are made of them. */
t.setTimeout(240_000);

async function makeCourse(cluster: TestCluster, id: string, code: string, more: object = {}) {
  const token = await cluster.admin();
  const body = { code, title: code, ...more };
  return await cluster.call(id, 'POST /v1/courses', { token, body });
}

async function codesOn(cluster: TestCluster, id: string): Promise<Set<string>> {
  const courses = await listAllLocally<{ code: string }>(
    cluster,
    id,
    '/v1/courses',
    await cluster.admin(),
  );
  return new Set(courses.map(({ code }) => code));
}

/** Makes courses until it is told to end; what is in `acknowledged` was. */
function load(cluster: TestCluster, acknowledged: string[]): () => Promise<void> {
  let goesOn = true;
  const workers = cluster.ids.map(async (id) => {
    for (let n = 0; goesOn; n += 1) {
      const code = `${id}-${n}`.toUpperCase();
      if ((await makeCourse(cluster, id, code)).status === 201) acknowledged.push(code);
    }
  });
  return async () => {
    goesOn = false;
    await Promise.all(workers);
  };
}

/** Backs up into an empty folder; the file that is there then. */
async function backUp(cluster: TestCluster, id: string, ...more: readonly string[]) {
  const folder = join(cluster.folder, 'backups');
  mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(folder));
  const said = await lmsAdmin('backup', '--url', cluster.api(id), '--out', folder, ...more);
  const [name = ''] = readdirSync(folder).filter((one) => !before.has(one));
  const [sha256 = ''] = /(?<=sha256 )[0-9a-f]{64}/.exec(said) ?? [];
  return { file: join(folder, name), sha256, said };
}

/** The files of a new cluster with the addresses of the old one; its folders are still to be made. */
function successorOf(t: Test, old: TestCluster, restored_from: string): Promise<TestCluster> {
  return TestCluster.make(t, { settings: { nodes: old.file.nodes, restored_from } });
}

function restore(
  cluster: TestCluster,
  id: string,
  backup: string,
  ...more: readonly string[]
): Promise<string> {
  const config = join(cluster.folder, 'cluster.json');
  const data = cluster.dataFolder(id);
  const which = ['--config', config, '--id', id, '--data', data];
  return lmsAdmin('restore', '--backup', backup, ...which, ...more);
}

async function killAll(cluster: TestCluster): Promise<void> {
  await Promise.all(cluster.running.map((id) => cluster.kill(id)));
}

async function handIn(cluster: TestCluster, assignment: string, token: string) {
  const target = `POST /v1/assignments/${assignment}/submissions`;
  const { body } = await cluster.call('n1', target, { token, body: { text_md: 'My essay.' } });
  return String(body.receipt);
}

async function verdict(cluster: TestCluster, receipt: string): Promise<object> {
  const token = await cluster.admin();
  const request = { token, body: { receipt } };
  return (await cluster.call('n2', 'POST /v1/receipts/verify', request)).body;
}

t.test('a backup that is taken under load becomes another cluster with all of it', async (t) => {
  const old = await TestCluster.start(t);
  const { assignment, students } = await makeClassroom(old, 2);
  const [early = '', late = ''] = students;
  const kept = await handIn(old, assignment, early);
  const token = await old.admin();
  const bytes = Buffer.alloc(100_000, 'a file');
  const upload = { token, body: bytes };
  const file = await old.call('n2', 'POST /v1/files?filename=a.txt', upload);

  const acknowledged: string[] = [];
  const stop = load(old, acknowledged);
  await until('some load', () => acknowledged.length > 100);
  const before = [...acknowledged];
  const blobs = join(old.folder, 'blobs');
  const { file: backup, sha256, said } = await backUp(old, 'n2', '--files', blobs);
  t.ok(acknowledged.length > before.length, 'writes went on meanwhile');
  await stop();
  t.match(said, /Files: 1 of 1 fetched/);
  t.equal(statSync(backup).mode & 0o777, 0o600);
  const again = await backUp(old, 'n1', '--files', blobs);
  t.match(again.said, /Files: 0 of 1 fetched.*1 were there/);
  const lost = await handIn(old, assignment, late);
  const audit = await old.call('n3', 'GET /v1/audit-events?kind=REQUEST_BACKUP', { token });
  t.match(audit.body.items, [{ object_id: 'n1' }, { object_id: 'n2' }]);
  await killAll(old);

  const cluster = await successorOf(t, old, sha256);
  for (const name of ['receipt.key', 'receipt.pub']) {
    copyFileSync(join(old.folder, 'pki', name), join(cluster.folder, 'pki', name));
  }
  t.notMatch(await restore(cluster, 'n1', backup, '--files', blobs), /files are not there/);
  // They fetch from the first what they were not given.
  t.match(await restore(cluster, 'n2', backup), /contents of 1 files are not there/);
  await restore(cluster, 'n3', backup);
  await cluster.startAll();
  t.notSame(cluster.file.cluster_id, old.file.cluster_id);
  for (const id of cluster.ids) {
    const codes = await codesOn(cluster, id);
    t.same(
      before.filter((code) => !codes.has(code)),
      [],
      `all that was acknowledged, on ${id}`,
    );
    const content = await fetch(`${cluster.api(id)}/v1/files/${file.body.id}/content`, {
      headers: { Authorization: `Bearer ${await cluster.admin()}` },
    });
    t.ok(bytes.equals(Buffer.from(await content.arrayBuffer())), `the file from ${id}`);
    t.equal((await makeCourse(cluster, id, `NEW-${id}`)).status, 201);
  }
  t.equal((await cluster.call('n1', 'GET /v1/me', { token })).status, 401, 'all logins ended');
  t.match(await verdict(cluster, kept), { valid: true, in_log: true });
  t.match(
    await verdict(cluster, lost),
    { valid: true, in_log: false },
    'a witness of what is lost',
  );

  await cluster.kill('n3');
  const logged = old.logOf('n3').length;
  old.launch('n3');
  await until('the old node to be refused', () =>
    old.logOf('n3').slice(logged).includes('refused: TLS failed'),
  );
  const view = await until('the old node', () =>
    old.call('n3', 'GET /v1/cluster').catch(() => null),
  );
  t.match(view, { body: { node_id: 'n3', leader_id: null } });
  t.equal((await makeCourse(cluster, 'n1', 'WITHOUT-OLD')).status, 201);
  await old.kill('n3');
  await cluster.restart('n3');
  const all = await cluster.settled();
  t.equal(new Set(all.map((one) => one.chain_hash)).size, 1);
});

t.test(
  'nodes that begin otherwise than the others do are refused, or learn from them',
  async (t) => {
    const old = await TestCluster.start(t, { nodes: 1 });
    await makeCourse(old, 'n1', 'FIRST');
    const earlier = await backUp(old, 'n1');
    await makeCourse(old, 'n1', 'SECOND');
    const { file: backup, sha256 } = await backUp(old, 'n1');
    await killAll(old);

    const dir = join(old.folder, 'new');
    const said = await lmsAdmin('init', '--dir', dir, '--nodes', '3', '--backup', backup);
    t.match(said, new RegExp(`lms-admin restore --backup ${backup} --config .* --id n3 --data`));
    const settings = JSON.parse(readFileSync(join(dir, 'cluster.json'), 'utf8'));
    t.equal(settings.restored_from, sha256);

    const cluster = await TestCluster.make(t, { settings: { restored_from: sha256 } });
    await t.rejects(
      restore(cluster, 'n1', earlier.file),
      /all nodes must begin with the same file/,
    );
    t.notOk(readdirSync(cluster.folder).includes('n1'), 'nothing was made');
    await restore(cluster, 'n1', backup);
    await t.rejects(restore(cluster, 'n1', backup), /holds data of n1 already/);
    await restore(cluster, 'n2', backup);
    const empty = cluster.launch('n3');
    t.same(await empty.exited, { code: 1, signal: null });
    t.match(
      empty.stderr,
      /n3 is empty.*first make the folder with 'npx lms-admin restore --id n3'/,
    );

    // Against all advice.
    const { restored_from: _, ...begins_empty } = cluster.file;
    writeFileSync(join(cluster.folder, 'cluster-n3.json'), JSON.stringify(begins_empty));
    await cluster.startAll();
    const all = await cluster.settled();
    t.equal(new Set(all.map((one) => one.chain_hash)).size, 1);
    t.same(await codesOn(cluster, 'n3'), new Set(['FIRST', 'SECOND']));
  },
);

/** In front of a node: passes on so many bytes of an answer, and the rest when it is told to. */
async function stallingProxy(t: Test, api: string, bytes: number) {
  const { port } = new URL(api);
  const stalled = Promise.withResolvers<() => void>();
  const server = createServer((client) => {
    const node = connect(Number(port), '127.0.0.1');
    let passed = 0;
    node.on('data', (part: Buffer) => {
      client.write(part);
      passed += part.length;
      if (passed < bytes || passed - part.length >= bytes) return;
      node.pause();
      stalled.resolve(() => node.resume());
    });
    client.on('data', (part: Buffer) => node.write(part));
    for (const [end, other] of [
      [node, client],
      [client, node],
    ] as const) {
      end.on('error', () => undefined).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, stalled: stalled.promise };
}

t.test('a node that dies while it sends is told, and leaves nothing', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const token = await cluster.admin();
  const { body: course } = await makeCourse(cluster, 'n1', 'LARGE');
  for (let n = 0; n < 80; n += 1) {
    const body = { title: `${n}`, points_possible: 1, body_md: 'x'.repeat(199_000) };
    const target = `POST /v1/courses/${course.id}/assignments`;
    t.equal((await cluster.call('n1', target, { token, body })).status, 201);
  }
  const proxy = await stallingProxy(t, cluster.api('n1'), 1_000_000);
  const folder = join(cluster.folder, 'backups');
  mkdirSync(folder);
  const taken = lmsAdmin('backup', '--url', proxy.url, '--out', folder);
  const rejected = t.rejects(taken, /broke off after \d+ bytes .*nothing was kept: run it again/);
  const resume = await proxy.stalled;
  const second = await cluster.call('n1', 'GET /v1/cluster/backup', { token });
  t.match(second.body, { code: 'overloaded' }, 'it is under way');
  await until('the first bytes', () => readdirSync(folder).some((name) => name.endsWith('.part')));
  await cluster.kill('n1');
  resume();
  await rejected;
  t.same(readdirSync(folder), []);

  const offline = join(cluster.folder, 'offline.sqlite3');
  const data = ['--data', cluster.dataFolder('n1'), '--out', offline];
  await lmsAdmin('backup', ...data);
  const state = new DatabaseSync(offline, { readOnly: true });
  t.same({ ...state.prepare('SELECT count(*) AS n FROM assignments').get() }, { n: 80 });
  state.close();
  await t.rejects(lmsAdmin('backup', ...data, '--files', folder), /mutually exclusive/);
  await cluster.restart('n1');
  await t.rejects(
    lmsAdmin('backup', ...data),
    /in use by another process.*back up a node that runs with --url/s,
  );
});
