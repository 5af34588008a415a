import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadClusterFile } from './config.ts';
import { openDataFolder } from './data-folder.ts';
import { joinBundle } from './join-bundle.ts';
import { createClusterKeys } from './pki/create-cluster-keys.ts';
import { issueNodeKeys } from './pki/issue-node-keys.ts';
import { loadNodeKeys } from './pki/load-node-keys.ts';
import { loadReceiptKey } from './pki/load-receipt-key.ts';
import { whichNode } from './which-node.ts';

const NONE = { config: undefined, id: undefined, join: undefined };
const IDENTITY = { cluster_id: 'c1', node_id: 'n4' };

/** In a folder of its own for each `name`. */
async function makeBundle(
  t: Test,
  name = 'cluster',
  change: (bundle: Record<string, unknown>) => void = () => {},
) {
  const folder = join(t.testdirName, name);
  mkdirSync(folder, { recursive: true });
  const pki = join(folder, 'pki');
  await createClusterKeys(pki, 'c1', ['n1']);
  const path = join(folder, 'cluster.json');
  const nodes = ['n4', 'n1'].map((id, n) => ({
    id,
    raft: `127.0.0.1:${9001 + n}`,
    api: `http://127.0.0.1:${8001 + n}`,
  }));
  writeFileSync(path, JSON.stringify({ cluster_id: 'c1', nodes }));
  const { pki_folder: _, ...cluster } = loadClusterFile(path);
  const keys = await issueNodeKeys(pki, 'c1', 'n4');
  const text = joinBundle(cluster, { node_id: 'n4', join_index: 9, ...keys });
  const bundle = JSON.parse(text) as Record<string, unknown>;
  change(bundle);
  const file = join(folder, 'n4.join.json');
  writeFileSync(file, JSON.stringify(bundle));
  return { file, data: join(folder, 'n4') };
}

function beginAsNode(data: string): void {
  const folder = openDataFolder(data, IDENTITY);
  folder.writeIdentity({ first_members: [], join_index: 9 });
  folder.release();
}

t.test('a join file fills the folder, which then is enough', async (t) => {
  t.testdir();
  const { file, data } = await makeBundle(t);
  const first = whichNode({ ...NONE, join: file, data });
  t.same(first, { config: join(data, 'cluster.json'), id: 'n4', join_index: 9 });
  const cluster = loadClusterFile(first.config);
  t.match(await loadNodeKeys(cluster.pki_folder, 'n4'), IDENTITY);
  t.ok(await loadReceiptKey(cluster.pki_folder), 'it can sign receipts');
  for (const name of ['n4.key', 'receipt.key']) {
    t.equal(statSync(join(data, 'pki', name)).mode & 0o777, 0o600, name);
  }
  t.match(whichNode({ ...NONE, join: file, data }), first, 'a start that died is begun anew');

  beginAsNode(data);
  t.match(whichNode({ ...NONE, data }), { config: first.config, id: 'n4', join_index: null });
  const before = readFileSync(join(data, 'pki', 'n4.key'), 'utf8');
  const again = await makeBundle(t, 'again');
  whichNode({ ...NONE, join: again.file, data });
  t.equal(readFileSync(join(data, 'pki', 'n4.key'), 'utf8'), before, 'nothing is overwritten');
});

t.test('a node that did not join is started as before', (t) => {
  const data = t.testdir();
  const which = { config: 'cluster.json', id: 'n1', join_index: null };
  t.same(whichNode({ ...NONE, config: 'cluster.json', id: 'n1', data }), which);
  const refused = (more: object, message: RegExp) =>
    t.throws(() => whichNode({ ...NONE, data, ...more }), { name: 'OperatorError', message });
  refused({}, /which node is it/);
  refused({ config: 'cluster.json' }, /which node is it/);
  beginAsNode(data);
  refused({}, /started with --config cluster.json --id n4/);
  refused({ join: 'x', id: 'n4' }, /leave --config and --id out/);
  refused({ join: join(data, 'none') }, /cannot be read/);
  t.end();
});

t.test('what is no join file, or not for this folder, is refused', async (t) => {
  const base = t.testdir({ used: { photos: {} } });
  const used = join(base, 'used');
  const wrong = await makeBundle(t, 'wrong', (bundle) => {
    bundle.join_index = 0;
  });
  t.throws(() => whichNode({ ...NONE, join: wrong.file, data: wrong.data }), {
    message: /is not what 'lms-admin add-node' made/,
  });
  const { file } = await makeBundle(t);
  t.throws(() => whichNode({ ...NONE, join: file, data: used }), { message: /holds "photos"/ });
  const others = join(base, 'n9');
  const folder = openDataFolder(others, { cluster_id: 'c1', node_id: 'n9' });
  folder.writeIdentity({ first_members: [], join_index: 1 });
  folder.release();
  t.throws(() => whichNode({ ...NONE, join: file, data: others }), { message: /data of node n9/ });
});
