import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { callApi } from '../fixtures/api-call.ts';
import { addNode, removeNode } from '../fixtures/change-members.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { freePorts } from '../fixtures/free-ports.ts';
import { listAllLocally } from '../fixtures/list-all.ts';
import { until } from '../fixtures/until.ts';

/** What `docs/OPERATING.md` tells an administrator to type, under load. */
t.setTimeout(120_000);

const writers = 4;
const writesBetween = 25;

/** Courses made one after the other, at nodes that stay; every request must succeed at once. */
class Load {
  readonly made: string[] = [];
  /** Nodes that are asked; one that is about to leave is taken out before. */
  asked: readonly string[];
  #over = false;
  readonly #running: Promise<void>[];

  constructor(t: Test, cluster: TestCluster, token: string) {
    this.asked = cluster.ids;
    this.#running = Array.from({ length: writers }, (_, writer) =>
      this.#write(t, cluster, token, writer),
    );
  }

  get writes(): number {
    return this.made.length;
  }

  async more(): Promise<void> {
    const enough = this.writes + writesBetween;
    await until('more writes', () => (this.writes >= enough ? true : undefined));
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#running);
  }

  async #write(t: Test, cluster: TestCluster, token: string, writer: number): Promise<void> {
    for (let n = 0; !this.#over; n += 1) {
      const id = this.asked[(n + writer) % this.asked.length] ?? '';
      const body = { code: `C${writer}`, title: `${writer}.${n}` };
      const answer = await cluster.call(id, 'POST /v1/courses', { token, body });
      if (answer.status === 201) this.made.push(String(answer.body.id));
      else t.fail(`a write at ${id} got ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
  }
}

t.test('a cluster grows, shrinks and replaces a dead node under load', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const load = new Load(t, cluster, token);
  await load.more();

  await addNode(cluster, 'n4');
  t.equal(statSync(join(cluster.folder, 'n4.join.json')).mode & 0o777, 0o600, 'it holds a key');
  load.asked = cluster.ids;
  await load.more();

  const leader = await cluster.leader();
  load.asked = cluster.ids.filter((id) => id !== leader);
  await load.more();
  const [gone] = await Promise.all([cluster.process(leader).exited, removeNode(cluster, leader)]);
  t.equal(gone.code, 1);
  t.match(cluster.process(leader).stderr, /was removed from the cluster/, 'even the leader');
  await load.more();

  const [dead = ''] = cluster.ids;
  load.asked = cluster.ids.filter((id) => id !== dead);
  await load.more();
  await cluster.kill(dead);
  await load.more();
  await addNode(cluster, 'n5', '--replaces', dead);
  cluster.leaves(dead);
  load.asked = cluster.ids;
  await load.more();
  await load.end();

  t.equal(cluster.ids.length, 3);
  const replicas = await cluster.settled();
  t.equal(replicas.length, 3);
  t.equal(new Set(replicas.map((one) => one.chain_hash)).size, 1, 'one history');
  await t.test('the folder alone starts a node that joined', async (t) => {
    await cluster.kill('n4');
    await cluster.restart('n4');
    const courses = await listAllLocally<{ id: string }>(cluster, 'n4', '/v1/courses', token);
    const found = new Set(courses.map((course) => course.id));
    t.same(
      load.made.filter((id) => !found.has(id)),
      [],
      `none of ${load.writes} writes lost`,
    );
  });
  await t.test('who was removed is told so at every start, and cannot come back', async (t) => {
    const exit = await cluster.launch(leader).exited;
    t.equal(exit.code, 1);
    t.match(cluster.process(leader).stderr, /was removed from the cluster/);
    const ports = await freePorts(2);
    await t.rejects(
      lmsAdmin(
        ...['add-node', '--url', cluster.api('n4'), '--pki', join(cluster.folder, 'pki')],
        ...['--id', leader, '--raft', `127.0.0.1:${ports[0]}`],
        ...['--api', `http://127.0.0.1:${ports[1]}`, '--out', join(cluster.folder, 'no.json')],
      ),
      /no id is used twice/,
    );
    const begun = JSON.parse(readFileSync(join(cluster.dataFolder('n4'), 'node.json'), 'utf8'));
    t.match(begun, { node_id: 'n4', first_members: [] });
  });
});

t.test(
  'members that are only written into cluster.json are none, and an address moves',
  async (t) => {
    const cluster = await TestCluster.start(t, { nodes: 1 });
    await cluster.kill('n1');
    const [api = 0, raft = 0, ...more] = await freePorts(4);
    const [n1] = cluster.file.nodes;
    const moved = { ...n1, api: `http://127.0.0.1:${api}`, raft: `127.0.0.1:${raft}` };
    const n2 = { id: 'n2', api: `http://127.0.0.1:${more[0]}`, raft: `127.0.0.1:${more[1]}` };
    const path = join(cluster.folder, 'cluster.json');
    writeFileSync(path, JSON.stringify({ ...cluster.file, nodes: [moved, n2] }));
    await cluster.restart('n1');
    const status = await until('the new address', async () => {
      const { body } = await callApi(moved.api, 'GET /v1/cluster', {});
      const nodes = body.nodes as { id: string; api: string }[];
      return nodes[0]?.api === moved.api ? body : undefined;
    });
    t.match(status, { leader_id: 'n1', nodes: [{ id: 'n1', voter: true }] });
    t.equal((status.nodes as unknown[]).length, 1);
    t.match(cluster.logOf('n1'), /cluster.json names other nodes/);
  },
);
