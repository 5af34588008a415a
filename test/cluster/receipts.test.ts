import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { makeClassroom } from '../fixtures/classroom.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { freePorts } from '../fixtures/free-ports.ts';

t.setTimeout(120_000);

const LMS = fileURLToPath(new URL('../../src/cli/lms.ts', import.meta.url));

function verify(...args: readonly string[]) {
  return spawnSync(process.execPath, [LMS, 'verify-receipt', ...args], { encoding: 'utf8' });
}

t.test('a receipt is the same from any node, at any time, and outlives them', async (t) => {
  const cluster = await TestCluster.start(t);
  const { assignment, students } = await makeClassroom(cluster, 1);
  const [token = ''] = students;
  const made = await cluster.call('n1', `POST /v1/assignments/${assignment}/submissions`, {
    token,
    body: { text_md: 'My essay.' },
  });
  t.equal(made.status, 201);
  const { receipt_id } = made.body.attempt as { receipt_id: string };
  const keys = await cluster.call('n1', 'GET /.well-known/jwks.json');
  const sameFrom = async (ids: readonly string[], when: string) => {
    for (const id of ids) {
      const { body } = await cluster.call(id, `GET /v1/receipts/${receipt_id}`, { token });
      t.equal(body.receipt, made.body.receipt, `${id} ${when}`);
      const { body: jwks } = await cluster.call(id, 'GET /.well-known/jwks.json');
      t.same(jwks, keys.body, `the key of ${id} ${when}`);
    }
  };
  await sameFrom(cluster.ids, 'at once');

  await cluster.settled();
  await lmsAdmin('snapshot', '--url', cluster.api('n2'));
  await cluster.kill('n2');
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(join(cluster.dataFolder('n2'), `lms.db${suffix}`), { force: true });
  }
  await cluster.restart('n2');
  await sameFrom(['n2'], 'from a snapshot');

  const [api = 0, raft = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${api}`;
  const bundle = join(cluster.folder, 'n4.join.json');
  await lmsAdmin(
    ...['add-node', '--url', cluster.api('n1'), '--pki', join(cluster.folder, 'pki')],
    ...['--id', 'n4', '--raft', `127.0.0.1:${raft}`, '--api', url, '--out', bundle],
  );
  cluster.joins('n4', url, bundle);
  await cluster.restart('n4');
  await sameFrom(['n4'], 'which came later');

  await Promise.all(cluster.ids.map((id) => cluster.kill(id)));
  const answer = join(cluster.folder, 'answer.json');
  const jwks = join(cluster.folder, 'jwks.json');
  writeFileSync(answer, JSON.stringify(made.body));
  writeFileSync(jwks, JSON.stringify(keys.body));
  t.match(verify(answer, '--jwks', jwks), { status: 0, stdout: /The receipt is good/ });
  const receipt = String(made.body.receipt);
  const changed = receipt.replace(/.$/, receipt.endsWith('A') ? 'Q' : 'A');
  writeFileSync(answer, changed);
  t.match(verify(answer, '--jwks', jwks), { status: 1, stderr: /NOT a good receipt/ });

  await cluster.startAll();
  await sameFrom(cluster.ids, 'after a restart of all');
});

t.test('without the key for receipts a node says so and does not start', async (t) => {
  const cluster = await TestCluster.make(t, { nodes: 1 });
  rmSync(join(cluster.folder, 'pki', 'receipt.key'));
  const node = cluster.launch('n1');
  t.match(await node.exited, { code: 1 });
  t.match(node.stderr, /receipt\.key is missing/);
});
