import t from 'tap';
import { ADMIN_PASSWORD, TestCluster } from '../fixtures/cluster.ts';

t.setTimeout(200_000);

t.test('a write goes on when the leader is killed, and is there after its return', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const leader = await cluster.leader();
  await cluster.kill(leader);
  const [other = ''] = cluster.running;
  const body = { code: 'C1', title: 'Made without the first leader' };
  const before = Date.now();
  const made = await cluster.call(other, 'POST /v1/courses', { token, body, key: 'k1' });
  t.equal(made.status, 201);
  const at = Date.parse(String(made.body.created_at));
  t.ok(at >= before && at <= Date.now(), "it has the new leader's time");
  t.not(await cluster.leader(), leader);

  await cluster.restart(leader);
  const found = await cluster.call(leader, 'GET /v1/courses', { token });
  t.match(found.body, { items: [{ id: made.body.id, title: body.title }] });
  const again = await cluster.call(leader, 'POST /v1/courses', { token, body, key: 'k1' });
  t.equal(again.status, 201);
  t.equal(again.body.id, made.body.id);
  t.equal(again.headers.get('idempotency-replayed'), 'true');
});

t.test('a leader that was stopped serves no stale read when it wakes', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const sleeper = await cluster.leader();
  cluster.pause(sleeper);
  const awake = cluster.ids.filter((id) => id !== sleeper);
  const leader = await cluster.leader(awake);
  const body = { code: 'C2', title: 'Made while the old leader slept' };
  const made = await cluster.call(leader, 'POST /v1/courses', { token, body });
  t.equal(made.status, 201);

  // Sent while it sleeps, so it is the first thing that it sees when it wakes.
  const read = cluster.call(sleeper, 'GET /v1/courses', { token });
  cluster.resume(sleeper);
  const { status, body: courses } = await read;
  t.equal(status, 200);
  t.match(courses, { items: [{ title: body.title }] });
  t.equal(await cluster.leader(), leader, 'its return disturbs nobody');
});

t.test('a restart of all nodes brings everything back', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const body = { code: 'C3', title: 'Before the lights went out' };
  const made = await cluster.call('n2', 'POST /v1/courses', { token, body });
  const before = await cluster.settled();
  await Promise.all(cluster.ids.map((id) => cluster.kill(id)));
  await cluster.startAll();

  t.equal((await cluster.call('n1', 'GET /v1/me', { token })).status, 200, 'the session too');
  const found = await cluster.call('n3', `GET /v1/courses/${made.body.id}`, { token });
  t.match(found.body, { title: body.title, version: 1 });
  const after = await cluster.settled();
  t.ok(Number(after[0]?.applied_index) >= Number(before[0]?.applied_index));
  t.equal(new Set(after.map((one) => one.chain_hash)).size, 1);
  await t.resolves(cluster.login('admin', ADMIN_PASSWORD));
});
