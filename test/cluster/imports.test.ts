import { readFileSync } from 'node:fs';
import t from 'tap';
import { makeDemo } from '../../src/demo/make-demo.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { Shell } from '../fixtures/shell.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(240_000);

interface Import {
  readonly id: string;
  readonly state: string;
  readonly changes_applied: number;
}

async function readImport(cluster: TestCluster, token: string, id: string): Promise<Import> {
  const through = cluster.running.at(-1) ?? '';
  const { status, body } = await cluster.call(through, `GET /v1/imports/${id}`, { token });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as unknown as Import;
}

/** Begins it, kills whoever leads at once, and waits for its end. Resolves with how it stood between. */
async function throughTheDeathOfTheLeader(
  cluster: TestCluster,
  token: string,
  target: string,
  end: string,
): Promise<Import> {
  const leader = await cluster.leader();
  const other = cluster.running.find((id) => id !== leader) ?? '';
  const begun = await cluster.call(other, `POST /v1/imports/${target}`, {
    token,
    ...(end === 'applied' && { body: {} }),
  });
  await cluster.kill(leader);
  const id = String(begun.body.id);
  const headers = { 'LMS-Consistency': 'local' };
  const between = await cluster.call(other, `GET /v1/imports/${id}`, { token, headers });
  await until(`the import is ${end}`, async () => {
    const { state } = await readImport(cluster, token, id).catch(() => ({ state: '' }));
    return state === end ? true : undefined;
  });
  await cluster.restart(leader);
  return between.body as unknown as Import;
}

t.test('an import goes on when the leader dies in the middle, and so does its undo', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const count = 8_000;
  const rows = Array.from({ length: count }, (_, n) => `imp${n},Imported ${n}\n`).join('');
  const planned = await fetch(`${cluster.api('n1')}/v1/imports`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' },
    body: `username,display_name\n${rows}`,
  });
  t.equal(planned.status, 201);
  const { id } = (await planned.json()) as Import;
  const through = () => cluster.running.at(-1) ?? '';

  const half = await throughTheDeathOfTheLeader(cluster, token, `${id}/apply`, 'applied');
  t.equal(half.state, 'applying', `${half.changes_applied} of ${count} when the leader died`);
  t.match(await readImport(cluster, token, id), { changes_applied: count, conflicts: 0 });
  const last = await cluster.call(through(), `GET /v1/users?username=imp${count - 1}`, { token });
  t.match(last.body, { items: [{ display_name: `Imported ${count - 1}` }] });

  const back = await throughTheDeathOfTheLeader(cluster, token, `${id}/undo`, 'undone');
  t.equal(back.state, 'undoing', `${back.changes_applied} of ${count} when the leader died`);
  t.match(await readImport(cluster, token, id), { changes_applied: 0, conflicts: 0 });
  const users = await cluster.call(through(), 'GET /v1/users', { token });
  t.same(
    (users.body.items as { username: string }[]).map(({ username }) => username),
    ['admin'],
  );
  const all = await cluster.settled();
  t.equal(new Set(all.map((one) => one.chain_hash)).size, 1);
});

/** The numbered steps of a guide, each with what it wrote. */
async function followGuide(cluster: TestCluster, shell: Shell, file: string): Promise<string[]> {
  const block = /```sh\n([\s\S]*?)```/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const outputs: string[] = [];
  for (const step of block.split(/^(?=# \d+\. )/m)) {
    outputs.push(await shell.run(step.replace('http://127.0.0.1:8001', cluster.api('n1'))));
  }
  return outputs;
}

t.test('the lines of the guides', async (t) => {
  const cluster = await TestCluster.start(t, {
    nodes: 1,
    env: { LMS_ADMIN_PASSWORD: 'pass123' },
  });
  await makeDemo(cluster.api('n1'));
  const shell = new Shell();
  t.teardown(() => shell.close());
  const outputs = await followGuide(cluster, shell, 'docs/IMPORTS.md');
  t.equal(outputs.length, 7);
  const [, , changes = '', , user = '', , undone = ''] = outputs;
  t.match(JSON.parse(changes).items, [{ operation: 'create', label: /t1/ }]);
  t.match(JSON.parse(user), { username: 'ada.imported' });
  t.equal(undone.trim(), 'undone');
  await t.resolves(cluster.login('ada.imported', 'correct horse battery'));

  const packages = await followGuide(cluster, shell, 'docs/COURSE-PACKAGES.md');
  t.equal(packages.length, 3);
  t.match(JSON.parse(packages[2] ?? ''), { course: { my_role: 'instructor', status: 'active' } });
});
