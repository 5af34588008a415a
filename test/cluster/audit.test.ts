import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(120_000);

const database = (cluster: TestCluster, id: string) =>
  new DatabaseSync(join(cluster.dataFolder(id), 'lms.db'));

t.test('what somebody changes in the trail of one node is found', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const body = { username: 'zeb', display_name: 'Zebulon Quux', site_role: 'student' };
  const made = await cluster.call('n1', 'POST /v1/users', { token, body });
  t.equal(made.status, 201);
  const verify = (...more: string[]) =>
    lmsAdmin('audit', 'verify', '--url', cluster.api('n1'), ...more);
  const expectation = /--expect (\d+:[0-9a-f]{64})/.exec(await verify())?.[1] ?? '';
  t.match(await verify('--expect', expectation), /is the same on n1, n2, n3/);
  const other = `1:${'0'.repeat(64)}`;
  await t.rejects(verify('--expect', other), /entry 1 is not what was kept, on n1, n2, n3/);

  const erased = await cluster.call('n2', `POST /v1/users/${made.body.id}/erasure`, { token });
  t.equal(erased.status, 200);
  for (const id of cluster.ids) {
    await until(`the erasure on ${id}`, () => {
      const file = database(cluster, id);
      const left = file.prepare('SELECT user_id FROM erasures').all();
      const named = file.prepare("SELECT 1 FROM results WHERE result LIKE '%Zebulon%'").all();
      file.close();
      return left.length === 0 && named.length === 0 ? true : undefined;
    });
  }
  t.match(await verify('--expect', expectation), /is the same on/, 'an erasure is no change');

  await cluster.kill('n3');
  const file = database(cluster, 'n3');
  file.exec(
    'UPDATE journal SET actor = (SELECT max(number) FROM journal_names) WHERE log_index = 3',
  );
  file.close();
  t.match(await verify(), /n3 was not compared[\s\S]*the same on n1, n2\./);
  await cluster.restart('n3');
  await t.rejects(verify(), /a row was changed at entry 3: n1, n2 \(.*\) against n3/);
});
