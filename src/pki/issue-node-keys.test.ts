import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createClusterKeys } from './create-cluster-keys.ts';
import { issueNodeKeys } from './issue-node-keys.ts';
import { keyFiles } from './key-files.ts';
import { loadNodeKeys } from './load-node-keys.ts';
import { loadReceiptKey } from './load-receipt-key.ts';

async function makeCluster(base: string, cluster_id = 'c1'): Promise<string> {
  const folder = join(base, `pki-${cluster_id}`);
  await createClusterKeys(folder, cluster_id, ['n1']);
  return folder;
}

t.test('the keys of a node that comes later are as good as those of the first', async (t) => {
  const base = t.testdir();
  const folder = await makeCluster(base);
  const { ca, certificate, key, receipt_key } = await issueNodeKeys(folder, 'c1', 'n4');
  const there = join(base, 'n4');
  mkdirSync(there, { recursive: true });
  const files = keyFiles.node(there, 'n4');
  writeFileSync(keyFiles.authority(there).certificate, ca);
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key, { mode: 0o600 });
  const keys = await loadNodeKeys(there, 'n4');
  t.match(keys, { cluster_id: 'c1', node_id: 'n4' });
  writeFileSync(keyFiles.receipt(there).key, receipt_key, { mode: 0o600 });
  t.ok(
    (await loadReceiptKey(there)).equals(await loadReceiptKey(folder)),
    'the same for all nodes',
  );
  const again = await issueNodeKeys(folder, 'c1', 'n4');
  t.not(again.key, key, 'made anew each time');
});

t.test('without the key for receipts a node is not added', async (t) => {
  const folder = await makeCluster(t.testdir());
  const { key } = keyFiles.receipt(folder);
  copyFileSync(key, `${key}.kept`);
  writeFileSync(key, 'no key');
  await t.rejects(issueNodeKeys(folder, 'c1', 'n4'), { code: 'unreadable' });
  rmSync(key);
  await t.rejects(issueNodeKeys(folder, 'c1', 'n4'), { code: 'missing', message: /receipt\.key/ });
});

t.test('what is no CA of this cluster issues nothing', async (t) => {
  const base = t.testdir();
  const folder = await makeCluster(base);
  await t.rejects(issueNodeKeys(folder, 'c2', 'n4'), { code: 'other_cluster' });
  await t.rejects(issueNodeKeys(folder, 'c1', 'ca'), { code: 'bad_id' });
  const other = await makeCluster(base, 'c2');
  const files = keyFiles.authority(folder);
  copyFileSync(keyFiles.authority(other).key, files.key);
  await t.rejects(issueNodeKeys(folder, 'c1', 'n4'), { code: 'mismatch' });
  writeFileSync(files.key, 'no key');
  await t.rejects(issueNodeKeys(folder, 'c1', 'n4'), { code: 'unreadable' });
  copyFileSync(keyFiles.node(other, 'n1').certificate, files.certificate);
  copyFileSync(keyFiles.node(other, 'n1').key, files.key);
  await t.rejects(issueNodeKeys(folder, 'c1', 'n4'), { code: 'unreadable' }, 'a node is no CA');
  rmSync(files.key);
  await t.rejects(issueNodeKeys(folder, 'c1', 'n4'), {
    code: 'missing',
    message: /where the CA of the cluster is kept/,
  });
});
