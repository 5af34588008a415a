import t from 'tap';
import { TestCluster } from '../fixtures/cluster.ts';

t.setTimeout(200_000);

t.test('without a majority nothing is promised, and everything heals', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const course = { code: 'M1', title: 'Before' };
  await cluster.call('n1', 'POST /v1/courses', { token, body: course });
  await cluster.settled();
  const lost = ['n2', 'n3'];
  await Promise.all(lost.map((id) => cluster.kill(id)));

  const body = { code: 'M2', title: 'During' };
  const headers = { 'LMS-Timeout-Ms': '1500' };
  const write = await cluster.call('n1', 'POST /v1/courses', { token, body, headers, key: 'k' });
  t.equal(write.status, 503);
  t.match(write.body, { code: 'no_quorum', retryable: true, outcome: /^(not_applied|unknown)$/ });
  t.match(write.headers.get('retry-after'), /^\d+$/);
  t.match(write.headers.get('content-type'), 'application/problem+json');

  const read = await cluster.call('n1', 'GET /v1/courses', { token, headers });
  t.match(read, { status: 503, body: { code: 'no_quorum' } });
  const local = await cluster.call('n1', 'GET /v1/courses', {
    token,
    headers: { 'LMS-Consistency': 'local' },
  });
  t.match(local, { status: 200, body: { items: [{ title: 'Before' }] } });
  t.match(await cluster.call('n1', 'GET /healthz'), { status: 200 });

  await cluster.restart('n2');
  const retry = await cluster.call('n1', 'POST /v1/courses', { token, body, key: 'k' });
  t.equal(retry.status, 201);
  await cluster.restart('n3');
  const { body: courses } = await cluster.call('n3', 'GET /v1/courses', { token });
  t.same(
    (courses.items as { title: string }[]).map(({ title }) => title).toSorted(),
    ['Before', 'During'],
    'the retry with the same key made it once, whatever became of the first try',
  );
});
