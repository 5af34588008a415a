import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { addNode } from '../fixtures/change-members.ts';
import { TestCluster } from '../fixtures/cluster.ts';

t.setTimeout(300_000);

/** Twice what an election takes at most, and more. */
const electionsMs = 3_000;

async function write(cluster: TestCluster, id: string, code: string) {
  const token = await cluster.admin();
  return await cluster.call(id, 'POST /v1/courses', { token, body: { code, title: code } });
}

async function loseFolder(cluster: TestCluster, id: string): Promise<void> {
  await cluster.kill(id);
  rmSync(cluster.dataFolder(id), { recursive: true });
}

async function stopsByItself(t: Test, cluster: TestCluster, id: string): Promise<void> {
  const node = cluster.launch(id);
  t.same(await node.exited, { code: 1, signal: null });
  t.match(node.stderr, new RegExp(`${id} has another data folder than this one.*--replaces ${id}`));
  t.notMatch(node.stderr, /\n/, 'one line');
}

t.test('a first node that lost its folder helps nobody to lead who lacks a write', async (t) => {
  const cluster = await TestCluster.start(t);
  const leader = await cluster.leader();
  const [lost = '', lacking = ''] = cluster.ids.filter((id) => id !== leader);
  cluster.pause(lacking);
  t.equal((await write(cluster, leader, 'KEPT')).status, 201, 'on two of three');
  await cluster.kill(leader);
  await loseFolder(cluster, lost);
  cluster.resume(lacking);

  await stopsByItself(t, cluster, lost);
  await sleep(electionsMs);
  t.match(await cluster.call(lacking, 'GET /v1/cluster'), { body: { leader_id: null } });
  t.equal((await cluster.call(lacking, 'GET /readyz')).status, 503);

  await cluster.restart(leader);
  const token = await cluster.admin();
  const { body } = await cluster.call(lacking, 'GET /v1/courses', { token });
  t.match(body, { items: [{ code: 'KEPT' }] });
  await stopsByItself(t, cluster, lost);

  await addNode(cluster, 'n4', '--replaces', lost);
  cluster.leaves(lost);
  t.equal((await write(cluster, 'n4', 'AFTER')).status, 201);
});

t.test('a node that joined and lost its folder does not come back by its bundle', async (t) => {
  const cluster = await TestCluster.start(t);
  await addNode(cluster, 'n4');
  await loseFolder(cluster, 'n4');
  await stopsByItself(t, cluster, 'n4');
  await lmsAdmin('remove-node', '--url', cluster.api('n1'), '--id', 'n4');
});
