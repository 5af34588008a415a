import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { freePorts } from '../fixtures/free-ports.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(300_000);

/** Longer than elections take. */
const electionsMs = 3_000;

async function write(cluster: TestCluster, id: string): Promise<number> {
  const token = await cluster.admin();
  const body = { code: 'F1', title: 'First' };
  return (await cluster.call(id, 'POST /v1/courses', { token, body })).status;
}

/** What `/readyz` says of it. */
async function waitsForN3(cluster: TestCluster, id: string): Promise<unknown> {
  return await until(`${id} to say for whom it waits`, async () => {
    const { body } = await cluster.call(id, 'GET /readyz').catch(() => ({ body: {} }));
    return 'detail' in body && /: n3 cannot/.test(String(body.detail)) ? body.detail : undefined;
  });
}

t.test('a new cluster takes no write before all of its nodes were up together', async (t) => {
  const cluster = await TestCluster.make(t);
  const early = ['n1', 'n2'].map((id) => cluster.launch(id));
  t.match(
    await waitsForN3(cluster, 'n1'),
    /all must be up together once.*: n3 cannot be reached yet\.$/,
  );
  await sleep(electionsMs);
  await t.rejects(
    lmsAdmin('status', '--url', cluster.api('n1')),
    /all must be up together once before the cluster goes on; start n3/,
  );
  t.match(await cluster.call('n2', 'GET /v1/cluster'), { body: { leader_id: null, term: 0 } });

  await cluster.restart('n3');
  await Promise.all(early.map((node) => node.ready));
  await cluster.leader();
  await cluster.kill('n3');
  t.equal(await write(cluster, 'n1'), 201, 'from then on a majority is enough');
});

t.test('a wrong address in the first cluster.json is put right by a right one', async (t) => {
  const [nobody = 0] = await freePorts(1);
  const cluster = await TestCluster.make(t, {
    seenBy: (id, file) => {
      const nodes = file.nodes.map((node) => {
        return node.id === 'n3' && id !== 'n3' ? { ...node, raft: `127.0.0.1:${nobody}` } : node;
      });
      return { ...file, nodes };
    },
  });
  const n3 = cluster.launch('n3');
  for (const id of ['n1', 'n2']) cluster.launch(id);
  for (const id of ['n1', 'n2']) await waitsForN3(cluster, id);
  for (const id of ['n1', 'n2']) {
    await cluster.kill(id);
    writeFileSync(cluster.configOf(id), JSON.stringify(cluster.file));
  }
  await Promise.all([...['n1', 'n2'].map((id) => cluster.restart(id)), n3.ready]);
  t.equal(await write(cluster, 'n3'), 201);
});
