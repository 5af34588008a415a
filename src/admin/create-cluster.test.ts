import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadClusterFile } from '../config.ts';
import { OperatorError } from '../operator-error.ts';
import { loadNodeKeys } from '../pki/load-node-keys.ts';
import { createCluster } from './create-cluster.ts';

t.test('a new cluster has a good cluster.json and the keys of every node', async (t) => {
  const folder = join(t.testdir(), 'deep', 'er');
  const made = await createCluster({ folder, nodes: 5, base_port: 8101 });
  const file = loadClusterFile(join(folder, 'cluster.json'));
  t.equal(file.cluster_id, made.cluster_id);
  t.same(file.nodes.at(-1), {
    id: 'n5',
    raft: '127.0.0.1:9105',
    api: 'http://127.0.0.1:8105',
  });
  for (const node of file.nodes) {
    t.equal((await loadNodeKeys(file.pki_folder, node.id)).cluster_id, file.cluster_id);
  }
  t.equal(statSync(join(file.pki_folder, 'n1.key')).mode & 0o777, 0o600);
});

t.test('two clusters are never taken for one another', async (t) => {
  const folder = t.testdir();
  const one = await createCluster({ folder: join(folder, 'a'), nodes: 1, base_port: 8001 });
  const two = await createCluster({ folder: join(folder, 'b'), nodes: 1, base_port: 8001 });
  t.not(one.cluster_id, two.cluster_id);
});

t.test('nothing is overwritten', async (t) => {
  const folder = t.testdir();
  await createCluster({ folder, nodes: 3, base_port: 8001 });
  const before = readFileSync(join(folder, 'cluster.json'), 'utf8');
  await t.rejects(createCluster({ folder, nodes: 5, base_port: 8001 }), {
    name: 'OperatorError',
    message: /cluster\.json exists/,
  });
  t.equal(readFileSync(join(folder, 'cluster.json'), 'utf8'), before);

  const keys_only = t.testdir({ pki: { 'n1.key': 'precious' } });
  await t.rejects(createCluster({ folder: keys_only, nodes: 3, base_port: 8001 }), {
    name: 'OperatorError',
    message: /never overwritten/,
  });
  t.same(readdirSync(keys_only), ['pki']);
  t.equal(readFileSync(join(keys_only, 'pki', 'n1.key'), 'utf8'), 'precious');
});

t.test('sizes that cannot be are refused before anything is made', async (t) => {
  const folder = join(t.testdir(), 'new');
  for (const [nodes, base_port] of [
    [0, 8001],
    [10, 8001],
    [2.5, 8001],
    [Number.NaN, 8001],
    [3, 0],
    [3, 64_534],
  ] as const) {
    await t.rejects(createCluster({ folder, nodes, base_port }), OperatorError);
  }
  t.notOk(existsSync(folder));
});

t.test('a folder that cannot be made is one line', async (t) => {
  const folder = join(t.testdir({ file: '' }), 'file', 'below');
  await t.rejects(createCluster({ folder, nodes: 1, base_port: 8001 }), {
    name: 'OperatorError',
    message: /cannot hold a cluster: ENOTDIR/,
  });
});
