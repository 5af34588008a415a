import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { TestCluster } from '../fixtures/cluster.ts';

/** Snapshots as an administrator meets them. */
t.setTimeout(120_000);

async function makeCourse(cluster: TestCluster, id: string, title: string): Promise<void> {
  const token = await cluster.admin();
  const code = title.replaceAll(' ', '-').toUpperCase();
  const answer = await cluster.call(id, 'POST /v1/courses', { token, body: { code, title } });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
}

t.test('a snapshot by command, from which a lost or damaged state is made again', async (t) => {
  const cluster = await TestCluster.start(t);
  const [first = '', second = '', third = ''] = cluster.ids;
  await makeCourse(cluster, first, 'Before the snapshot');
  await cluster.settled();
  for (const id of [second, third]) {
    const said = await lmsAdmin('snapshot', '--url', cluster.api(id));
    t.match(said, /Snapshot of everything up to entry \d+, \d+ bytes/);
  }
  await makeCourse(cluster, second, 'After the snapshot');
  await cluster.settled();
  const snapshots = readdirSync(join(cluster.dataFolder(second), 'snapshots'));
  t.match(snapshots.sort(), [/^\d+-\d+\.db$/, /^\d+-\d+\.json$/]);

  await cluster.kill(second);
  await cluster.kill(third);
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(join(cluster.dataFolder(second), `lms.db${suffix}`), { force: true });
  }
  writeFileSync(join(cluster.dataFolder(third), 'lms.db'), 'no database any more');
  await Promise.all([cluster.restart(second), cluster.restart(third)]);
  await makeCourse(cluster, third, 'After the damage');
  const all = await cluster.settled();
  t.equal(new Set(all.map((one) => one.chain_hash)).size, 1);
  t.match(cluster.logOf(second), /"why":"missing".*state made again from a snapshot/);
  t.match(cluster.logOf(third), /"why":"damaged".*state made again from a snapshot/);
  const { body } = await cluster.call(third, 'GET /v1/courses', { token: await cluster.admin() });
  t.equal((body.items as unknown[]).length, 3);
});

t.test('only an administrator takes one', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const [only = ''] = cluster.ids;
  const denied = await cluster.call(only, 'POST /v1/cluster/snapshot');
  t.equal(denied.status, 401);
  await t.rejects(
    lmsAdmin('snapshot', '--url', cluster.api(only), '--username', 'nobody'),
    /invalid_credentials/,
  );
});
