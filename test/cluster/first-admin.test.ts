import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TestCluster } from '../fixtures/cluster.ts';

t.setTimeout(200_000);

function passwordFiles(cluster: TestCluster): string[] {
  return cluster.ids
    .map((id) => join(cluster.dataFolder(id), 'initial-admin-password'))
    .filter((path) => existsSync(path));
}

t.test('the first administrator has one random password, in one file, for good', async (t) => {
  const cluster = await TestCluster.start(t, { env: { LMS_ADMIN_PASSWORD: '' } });
  const files = passwordFiles(cluster);
  t.equal(files.length, 1);
  const [file = ''] = files;
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.notOk(existsSync(`${file}.proposed`));
  const password = readFileSync(file, 'utf8').trim();
  t.ok(password.length >= 20);
  await t.resolves(cluster.login('admin', password, 'n1'));
  for (const id of cluster.ids) t.notMatch(cluster.logOf(id), password, 'in no log');

  await Promise.all(cluster.ids.map((id) => cluster.kill(id)));
  await cluster.startAll();
  t.same(passwordFiles(cluster), files);
  t.equal(readFileSync(file, 'utf8').trim(), password);
  await t.resolves(cluster.login('admin', password, 'n2'));
});

t.test('LMS_ADMIN_PASSWORD counts at the first start, and never again', async (t) => {
  const first = { LMS_ADMIN_PASSWORD: 'the first password' };
  const cluster = await TestCluster.start(t, { nodes: 1, env: first });
  t.same(passwordFiles(cluster), []);
  await t.resolves(cluster.login('admin', 'the first password'));
  await t.rejects(cluster.login('admin', 'another password'), /invalid_credentials/);
});
