import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { ApiAnswer } from '../fixtures/api-call.ts';
import { type Classroom, makeClassroom } from '../fixtures/classroom.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { listAllLocally } from '../fixtures/list-all.ts';
import { StubbornClient } from '../fixtures/stubborn-client.ts';
import { until } from '../fixtures/until.ts';

/**
 * Four people write through different nodes while the leader is killed again and again. What was
 * acknowledged must then be on every node, once; what was not may be there, but not twice either.
 */
t.setTimeout(200_000);

const kills = 5;
const writesBetweenKills = 30;
/** Writers take a breath: the test is about the kills, and a thread takes so many answers only. */
const breathMs = 100;

type Kind = 'queries' | 'answers' | 'attempts' | 'grades';

/** What was acknowledged, by kind, in the order of the acknowledgements. */
class Acknowledged {
  readonly queries: string[] = [];
  readonly answers: string[] = [];
  readonly attempts: string[] = [];
  readonly grades: string[] = [];

  get count(): number {
    return KINDS.reduce((sum, kind) => sum + this[kind].length, 0);
  }
}

const KINDS: readonly Kind[] = ['queries', 'answers', 'attempts', 'grades'];

t.test('every acknowledged write is on every node, exactly once', async (t) => {
  const cluster = await TestCluster.start(t);
  const room = await makeClassroom(cluster, 3);
  const thread = await postFirstQuery(cluster, room);
  const submission = await handInFirst(cluster, room);
  const done = new Acknowledged();
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const writers = Promise.all(
    startWriters(cluster, room, { thread, submission }, done, stop.signal),
  );
  await Promise.race([writers, killLeaders(cluster, done, stop.signal)]);
  stop.abort();
  await writers;

  const replicas = await cluster.settled();
  t.equal(replicas.length, 3);
  t.equal(new Set(replicas.map((one) => one.chain_hash)).size, 1, 'one history');
  t.ok(
    KINDS.every((kind) => done[kind].length > kills),
    'all kinds were written',
  );
  for (const node of cluster.ids) await check(t, cluster, room, { thread, submission }, done, node);
});

async function killLeaders(
  cluster: TestCluster,
  done: Acknowledged,
  stop: AbortSignal,
): Promise<void> {
  for (let kill = 1; kill <= kills; kill += 1) {
    const leader = await cluster.leader();
    const before = done.count;
    await cluster.kill(leader);
    await until(`writes after kill ${kill}`, () => {
      stop.throwIfAborted();
      return done.count >= before + writesBetweenKills ? true : undefined;
    });
    await cluster.restart(leader);
  }
}

interface Things {
  readonly thread: string;
  readonly submission: string;
}

function startWriters(
  cluster: TestCluster,
  room: Classroom,
  { thread, submission }: Things,
  done: Acknowledged,
  stop: AbortSignal,
): Promise<void>[] {
  const [one = '', two = '', three = ''] = room.students;
  const queries = new StubbornClient(cluster, one, 0);
  const answers = new StubbornClient(cluster, two, 1);
  const attempts = new StubbornClient(cluster, three, 2);
  const grades = new StubbornClient(cluster, room.instructor, 0);

  const repeat = async (kind: Kind, write: (n: number) => Promise<ApiAnswer>) => {
    for (let n = 1; !stop.aborted; n += 1) {
      const { status, body } = await write(n);
      if (status >= 300) throw new Error(`${kind} ${n} got ${status}: ${JSON.stringify(body)}`);
      done[kind].push(`${kind} ${n}`);
      await sleep(breathMs);
    }
  };
  return [
    repeat('queries', (n) => {
      const body = { to: 'instructor', title: `queries ${n}`, body_md: 'Why?' };
      return queries.write(`POST /v1/courses/${room.course}/queries`, body, `q${n}`);
    }),
    repeat('answers', (n) =>
      answers.write(`POST /v1/queries/${thread}/answers`, { body_md: `answers ${n}` }, `a${n}`),
    ),
    repeat('attempts', (n) => {
      const path = `POST /v1/assignments/${room.assignment}/submissions`;
      return attempts.write(path, { text_md: `attempts ${n}` }, `s${n}`);
    }),
    repeat('grades', async (n) => {
      // Nobody else grades: the version that this one has seen is its own last one.
      const seen = { 'If-Match': `"${n - 1}"` };
      const feedback_md = `grades ${n}`;
      const body = { points: n % 100, feedback_md, state: 'posted' };
      const path = `PUT /v1/submissions/${submission}/grade`;
      const answer = await grades.write(path, body, `g${n}`, seen);
      // A PUT has its version instead of a key: 412 with one's own grade is a repeat.
      const current = answer.body.current as { feedback_md?: string } | undefined;
      const mine = answer.status === 412 && current?.feedback_md === feedback_md;
      return mine ? { ...answer, status: 200 } : answer;
    }),
  ];
}

async function check(
  t: { same(found: unknown, wanted: unknown, name: string): unknown },
  cluster: TestCluster,
  room: Classroom,
  { thread, submission }: Things,
  done: Acknowledged,
  node: string,
): Promise<void> {
  const token = room.instructor;
  const get = async (path: string) =>
    (await cluster.call(node, `GET ${path}`, { token, headers: { 'LMS-Consistency': 'local' } }))
      .body;
  const texts = (list: unknown, field: string) =>
    (list as Record<string, unknown>[]).map((one) => String(one[field]));

  const found: Record<Kind, string[]> = {
    queries: texts(
      await listAllLocally(cluster, node, `/v1/courses/${room.course}/queries`, token),
      'title',
    ),
    answers: texts((await get(`/v1/queries/${thread}`)).answers, 'body_md'),
    attempts: texts((await get(`/v1/submissions/${submission}`)).attempts, 'text_md'),
    grades: texts(
      await listAllLocally(cluster, node, `/v1/submissions/${submission}/grade/history`, token),
      'feedback_md',
    ),
  };
  for (const kind of KINDS) {
    const mine = found[kind].filter((text) => text.startsWith(kind));
    t.same(mine.toSorted(), [...new Set(mine)].toSorted(), `${node}: no ${kind} twice`);
    const lost = done[kind].filter((text) => !mine.includes(text));
    t.same(lost, [], `${node}: none of ${done[kind].length} ${kind} lost`);
  }
}

async function postFirstQuery(cluster: TestCluster, room: Classroom): Promise<string> {
  const body = { to: 'instructor', title: 'A thread', body_md: 'For many answers' };
  const token = room.students[0] ?? '';
  const made = await cluster.call('n1', `POST /v1/courses/${room.course}/queries`, { token, body });
  return String(made.body.id);
}

async function handInFirst(cluster: TestCluster, room: Classroom): Promise<string> {
  const token = room.students[2] ?? '';
  const path = `POST /v1/assignments/${room.assignment}/submissions`;
  const made = await cluster.call('n1', path, { token, body: { text_md: 'The first' } });
  return String(made.body.id);
}
