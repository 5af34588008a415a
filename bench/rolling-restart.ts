import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { makeClassroom } from '../test/fixtures/classroom.ts';
import { TestCluster } from '../test/fixtures/cluster.ts';

/**
 * `node bench/rolling-restart.ts [rounds]`: every node is stopped and started again, one after the
 * other, while 32 clients write through connections that they keep to the nodes that stay up. Prints
 * the slowest write of each restart; a failed one is counted, and there may be none.
 */

const rounds = Number(process.argv[2] ?? 1);
const clients = 32;
const calmMs = 1_000;

const teardowns: (() => unknown)[] = [];
const cluster = await TestCluster.start({ teardown: (run) => void teardowns.push(run) });
try {
  const room = await makeClassroom(cluster, 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const id of cluster.ids) await restartUnderLoad(id, room.course, room.students[0] ?? '');
  }
} finally {
  for (const teardown of teardowns) await teardown();
}

async function restartUnderLoad(id: string, course: string, token: string): Promise<void> {
  const others = cluster.ids.filter((one) => one !== id);
  const led = (await cluster.leader()) === id;
  const stop = new AbortController();
  const latencies: number[] = [];
  let failed = 0;
  const write = async (n: number): Promise<void> => {
    const client = new Client(cluster.api(others[n % others.length] ?? ''));
    while (!stop.signal.aborted) {
      const began = performance.now();
      const { statusCode, body } = await client.request({
        method: 'POST',
        path: `/v1/courses/${course}/queries`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ to: 'instructor', title: `client ${n}`, body_md: 'x'.repeat(230) }),
      });
      await body.dump();
      if (statusCode === 201) latencies.push(performance.now() - began);
      else failed += 1;
    }
    await client.close();
  };
  const writing = Array.from({ length: clients }, (_, n) => write(n));
  await sleep(calmMs);
  cluster.process(id).signal('SIGTERM');
  await cluster.process(id).exited;
  await cluster.restart(id);
  await sleep(calmMs);
  stop.abort();
  await Promise.all(writing);
  const slowest = Math.max(...latencies).toFixed(0);
  const role = led ? 'the leader' : 'a follower';
  console.log(
    `${id}, ${role}: ${latencies.length} writes, ${failed} failed, slowest ${slowest} ms`,
  );
}
