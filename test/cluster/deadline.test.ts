import t from 'tap';
import { makeClassroom } from '../fixtures/classroom.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { until } from '../fixtures/until.ts';

/** What time counts when the leader dies around the due instant. */
t.setTimeout(120_000);

const students = 8;
/** From setting the due date to the due instant: for losing the majority and sending everything. */
const beforeDueMs = 3_000;

t.test('an election across the due instant makes nobody late', async (t) => {
  const cluster = await TestCluster.start(t);
  const { assignment, instructor, students: tokens } = await makeClassroom(cluster, students);
  const leader = await cluster.leader();
  const [awake = '', asleep = ''] = cluster.ids.filter((id) => id !== leader);
  const path = `/v1/assignments/${assignment}`;
  const submit = (token: string, key: string) =>
    cluster.call(awake, `POST ${path}/submissions`, {
      token,
      key,
      headers: { 'LMS-Timeout-Ms': '60000' },
      body: { text_md: 'My work.' },
      timeoutMs: 90_000,
    });

  const due_at = Date.now() + beforeDueMs;
  const due = new Date(due_at).toISOString();
  const set = await cluster.call(leader, `PATCH ${path}`, {
    token: instructor,
    headers: { 'If-Match': '"1"' },
    body: { due_at: due, lock_at: due, grace_seconds: 0 },
  });
  t.equal(set.status, 200);
  // Nobody can be elected until the second follower wakes: after the due instant.
  cluster.pause(asleep);
  await cluster.kill(leader);
  const sent = Promise.all(tokens.map((token) => submit(token, 'once')));
  await until('the due instant', async () => Date.now() > due_at || undefined);
  cluster.resume(asleep);
  const answers = await sent;

  for (const { status, body } of answers) {
    t.equal(status, 201);
    t.equal(body.late_ms, 0);
    const { received_at, committed_at } = body.attempt as Record<string, string>;
    t.ok(received_at !== undefined && received_at < due, `it came at ${received_at}`);
    t.ok(committed_at !== undefined && committed_at > due, `was written at ${committed_at}`);
  }
  const [first = ''] = tokens;
  const again = await submit(first, 'once');
  t.match(again, { status: 201, body: { id: answers[0]?.body.id } }, 'a repeat is not judged anew');
  const later = await submit(first, 'later');
  t.match(later, { status: 422, body: { code: 'closed' } }, 'who really comes later is told so');

  await cluster.restart(leader);
  for (const id of cluster.ids) {
    const { body } = await cluster.call(id, `GET /v1/assignments/${assignment}/submissions`, {
      token: instructor,
    });
    const items = body.items as Record<string, unknown>[];
    t.equal(items.length, students, `${id}: none is lost, none there twice`);
    t.ok(items.every((one) => one.late_ms === 0 && one.attempt_count === 1));
  }
});
