import { setTimeout as sleep } from 'node:timers/promises';
import { makeClassroom } from '../test/fixtures/classroom.ts';
import { TestCluster } from '../test/fixtures/cluster.ts';

/**
 * `node bench/failover.ts [kills]`: clients write without a pause through the nodes that stay up, the
 * leader is killed with SIGKILL, and the time until the next acknowledged write is taken. Also counts
 * requests that failed and writes that are there twice or not at all.
 */

const kills = Number(process.argv[2] ?? 20);
const clients = 16;
const calmMs = 500;

const teardowns: (() => unknown)[] = [];
const cluster = await TestCluster.start({ teardown: (run) => void teardowns.push(run) });
try {
  await measure();
} finally {
  for (const teardown of teardowns) await teardown();
}

async function measure(): Promise<void> {
  const room = await makeClassroom(cluster, 1);
  const [token = ''] = room.students;
  const gaps: number[] = [];
  const acknowledged: string[] = [];
  let failed = 0;
  for (let round = 0; round < kills; round += 1) {
    const leader = await cluster.leader();
    const survivors = cluster.ids.filter((id) => id !== leader);
    const stop = new AbortController();
    let killedAt = Number.POSITIVE_INFINITY;
    let firstAfter = Number.POSITIVE_INFINITY;
    const write = async (client: number): Promise<void> => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        const title = `r${round} c${client} n${n}`;
        const calledAt = performance.now();
        const answer = await cluster
          .call(
            survivors[client % survivors.length] ?? '',
            `POST /v1/courses/${room.course}/queries`,
            {
              token,
              body: { to: 'instructor', title, body_md: 'x'.repeat(300) },
              timeoutMs: 12_000,
            },
          )
          .catch(() => null);
        if (answer?.status !== 201) failed += 1;
        else acknowledged.push(title);
        // Only a write that was called after the kill cannot have been acknowledged before it.
        if (answer?.status === 201 && calledAt > killedAt) {
          firstAfter = Math.min(firstAfter, performance.now());
        }
      }
    };
    const writing = Array.from({ length: clients }, (_, client) => write(client));
    await sleep(calmMs);
    cluster.process(leader).signal('SIGKILL');
    killedAt = performance.now();
    while (firstAfter === Number.POSITIVE_INFINITY) await sleep(5);
    await sleep(calmMs);
    stop.abort();
    await Promise.all(writing);
    gaps.push(firstAfter - killedAt);
    await cluster.process(leader).exited;
    await cluster.restart(leader);
  }
  gaps.sort((a, b) => a - b);
  const at = (share: number) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))];
  console.log(`kills ${kills}  clients ${clients}  acknowledged ${acknowledged.length}`);
  console.log(
    `next acknowledged write after the kill, ms: median ${at(0.5)?.toFixed(0)}  ` +
      `p90 ${at(0.9)?.toFixed(0)}  worst ${gaps.at(-1)?.toFixed(0)}`,
  );
  console.log(`failed requests ${failed}`);
  const found = await titles(room.course, token);
  const counts = new Map<string, number>();
  for (const title of found) counts.set(title, (counts.get(title) ?? 0) + 1);
  console.log(`lost ${acknowledged.filter((title) => !counts.has(title)).length}`);
  console.log(`twice ${[...counts.values()].filter((count) => count > 1).length}`);
}

async function titles(course: string, token: string): Promise<string[]> {
  const all: string[] = [];
  let cursor = '';
  do {
    const target = `GET /v1/courses/${course}/queries?limit=1000${cursor}`;
    const { body } = await cluster.call(cluster.ids[0] ?? '', target, { token });
    all.push(...(body.items as { title: string }[]).map((item) => item.title));
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
  } while (cursor !== '');
  return all;
}
