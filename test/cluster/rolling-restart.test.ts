import t from 'tap';
import { makeClassroom } from '../fixtures/classroom.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { listAllLocally } from '../fixtures/list-all.ts';

/**
 * Every node is stopped as an operator stops it, and started again, while clients write through the
 * nodes that stay up: none of them sees an error, so none has to try again.
 */
t.setTimeout(120_000);

const clients = 8;

t.test('a rolling restart fails no request and loses no write', async (t) => {
  const cluster = await TestCluster.start(t);
  const room = await makeClassroom(cluster, 1);
  const [token = ''] = room.students;
  const target = `POST /v1/courses/${room.course}/queries`;
  const acknowledged: string[] = [];
  const failures: unknown[] = [];

  const writeUntil = async (stop: AbortSignal, client: number, nodes: readonly string[]) => {
    const node = nodes[client % nodes.length] ?? '';
    for (let n = 0; !stop.aborted; n += 1) {
      const title = `${nodes.join()} ${client} ${n}`;
      const body = { to: 'instructor', title, body_md: 'during a restart' };
      const answer = await cluster.call(node, target, { token, body }).catch((error) => error);
      if (answer.status === 201) acknowledged.push(title);
      else failures.push(answer.body ?? answer);
    }
  };

  for (const id of cluster.ids) {
    const stop = new AbortController();
    const others = cluster.ids.filter((other) => other !== id);
    const writers = Array.from({ length: clients }, (_, n) => writeUntil(stop.signal, n, others));
    cluster.process(id).signal('SIGTERM');
    t.same(await cluster.process(id).exited, { code: 0, signal: null }, `${id} ends cleanly`);
    await cluster.restart(id);
    stop.abort();
    await Promise.all(writers);
  }

  t.same(failures, []);
  t.ok(acknowledged.length > 10 * clients, `${acknowledged.length} writes went on meanwhile`);
  await cluster.settled();
  for (const id of cluster.ids) {
    const path = `/v1/courses/${room.course}/queries`;
    const found = (await listAllLocally<{ title: string }>(cluster, id, path, token)).map(
      (item) => item.title,
    );
    t.same([...found].sort(), [...acknowledged].sort(), `${id} has each of them once`);
  }
});
