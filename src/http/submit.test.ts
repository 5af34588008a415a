import { z } from '@hono/zod-openapi';
import t, { type Test } from 'tap';
import { decodeCommand } from '../lms/codec.ts';
import { createCourse } from '../lms/commands/create-course.ts';
import { updateUser } from '../lms/commands/update-user.ts';
import { ProposalError } from '../raft/errors.ts';
import { newId } from './ids.ts';
import { jsonBody, operation, router } from './operation.ts';
import { submit } from './submit.ts';
import { TestApi } from './testing.ts';

/** An operation that is only here: creates a course and answers with what `apply` gave. */
function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const routes = router();
  const body = z.strictObject({ title: z.string(), code: z.string().optional() });
  const config = operation({
    method: 'post',
    path: '/v1/test/{place}',
    operationId: 'test',
    summary: 'Test',
    tags: ['test'],
    request: { body: jsonBody(body, { title: 'x' }) },
    responses: { 201: { description: 'Made.' } },
  });
  routes.openapi(config, async (c) => {
    const { title, code } = c.req.valid('json');
    const course = (await submit(c, createCourse, {
      course_id: newId('crs'),
      title,
      code: code ?? '',
      description_md: '',
    })) as { id: string };
    return c.body(course.id, 201);
  });
  api.app.route('/', routes);
  const { token } = api.user('ann', 'instructor');
  const post = (request: unknown, headers: Record<string, string> = {}, as = token, at = 'here') =>
    api.app.request(`/v1/test/${at}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${as}`,
        'Content-Type': 'application/json',
        ...headers,
      },
      body: typeof request === 'string' ? request : JSON.stringify(request),
    });
  const courses = () =>
    api.machine.reader.get<{ n: number }>('SELECT count(*) AS n FROM courses')?.n;
  return { api, post, courses };
}

const KEY = { 'Idempotency-Key': 'k-1' };

t.test('a write answers with its index, its version and the leader', async (t) => {
  const { api, post } = scene(t);
  const response = await post({ title: 'a' });
  t.equal(response.status, 201);
  t.equal(response.headers.get('LMS-Index'), String(api.machine.applied.index));
  t.equal(response.headers.get('LMS-Leader'), 'n1');
  t.equal(response.headers.get('ETag'), '"1"');
  t.equal(response.headers.get('Idempotency-Replayed'), null);
});

t.test('the same key and request: the stored answer, once applied', async (t) => {
  const { post, courses } = scene(t);
  const first = await post({ title: 'a', code: 'b' }, KEY);
  const again = await post('{ "code": "b",\n "title": "a" }', KEY);
  t.equal(again.status, 201);
  t.equal(await again.text(), await first.text());
  t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  t.equal(first.headers.get('Idempotency-Replayed'), null);
  t.equal(courses(), 1);
});

t.test('the same key and another request: 422', async (t) => {
  const { post, courses } = scene(t);
  await post({ title: 'a' }, KEY);
  const other = await post({ title: 'b' }, KEY);
  t.equal(other.status, 422);
  t.match(await other.json(), { code: 'idempotency_key_reused' });
  t.equal(courses(), 1);
});

t.test('the same key and body at another path: 422', async (t) => {
  const { post } = scene(t);
  await post({ title: 'a' }, KEY);
  t.equal((await post({ title: 'a' }, KEY, undefined, 'there')).status, 422);
});

t.test('the same key of another caller is another key', async (t) => {
  const { api, post, courses } = scene(t);
  await post({ title: 'a' }, KEY);
  const bob = api.user('bob', 'instructor');
  t.equal((await post({ title: 'b' }, KEY, bob.token)).status, 201);
  t.equal(courses(), 2);
});

t.test('without a key every request is its own', async (t) => {
  const { post, courses } = scene(t);
  await post({ title: 'a' });
  await post({ title: 'a' });
  t.equal(courses(), 2);
});

t.test('a key whose first request is still running: 409, and then the answer', async (t) => {
  const { api, post, courses } = scene(t);
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  api.consensus.beforePropose = () => {
    arrived.resolve();
    return gate.promise;
  };
  const first = post({ title: 'a' }, KEY);
  await arrived.promise;
  const second = await post({ title: 'a' }, KEY);
  t.equal(second.status, 409);
  t.equal(second.headers.get('Retry-After'), '1');
  t.match(await second.json(), { code: 'idempotency_in_flight', retryable: true });
  gate.resolve();
  t.equal((await first).status, 201);
  const third = await post({ title: 'a' }, KEY);
  t.equal(third.headers.get('Idempotency-Replayed'), 'true');
  t.equal(courses(), 1);
});

t.test('keys that cannot be one', async (t) => {
  const { post, courses } = scene(t);
  for (const key of ['', 'a b', 'x'.repeat(256), 'é']) {
    const response = await post({ title: 'a' }, { 'Idempotency-Key': key });
    t.equal(response.status, 400, key);
    t.match(await response.json(), { code: 'invalid_header', detail: /Idempotency-Key/ });
  }
  t.equal(courses(), 0);
  t.equal((await post({ title: 'a' }, { 'Idempotency-Key': '~'.repeat(255) })).status, 201);
});

t.test('a rule that says no is its problem, stored and replayed', async (t) => {
  const { api, post } = scene(t);
  const bob = api.user('bob', 'student');
  const refused = await post({ title: 'a' }, KEY, bob.token);
  t.equal(refused.status, 403);
  t.equal(refused.headers.get('LMS-Index'), String(api.machine.applied.index));
  t.match(await refused.json(), { code: 'forbidden' });
  const again = await post({ title: 'a' }, KEY, bob.token);
  t.equal(again.status, 403);
  t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  t.equal(refused.headers.get('Idempotency-Replayed'), null);
});

t.test('a key is not used up by a session that ended on the way', async (t) => {
  const { api, post, courses } = scene(t);
  const bob = api.user('bob', 'instructor');
  api.consensus.beforePropose = () => {
    api.consensus.beforePropose = () => Promise.resolve();
    api.command(updateUser, { user_id: bob.id, status: 'suspended' }, root.id);
    api.command(updateUser, { user_id: bob.id, status: 'active' }, root.id);
    return Promise.resolve();
  };
  const root = api.user('root', 'admin');
  t.equal((await post({ title: 'a' }, KEY, bob.token)).status, 401);
  t.equal(courses(), 0);
  t.equal((await post({ title: 'a' }, KEY, api.session(bob.id))).status, 201);
  t.equal(courses(), 1);
});

t.test('a write without a result says what is known of it, and may be sent again', async (t) => {
  const table = [
    ['no_quorum', 'not_applied', 503, 'no_quorum', '1'],
    ['no_quorum', 'unknown', 503, 'no_quorum', '1'],
    ['overloaded', 'not_applied', 503, 'overloaded', '1'],
    ['disk_low', 'not_applied', 507, 'disk_low', '1'],
    ['too_large', 'not_applied', 413, 'payload_too_large', null],
    ['closed', 'unknown', 503, 'unavailable', '1'],
  ] as const;
  for (const [code, outcome, status, problem, retryAfter] of table) {
    const { api, post, courses } = scene(t);
    api.consensus.beforePropose = () => Promise.reject(new ProposalError(code, outcome, 'why'));
    const response = await post({ title: 'a' }, KEY);
    t.equal(response.status, status, code);
    t.equal(response.headers.get('Retry-After'), retryAfter, code);
    t.match(await response.json(), { code: problem, outcome, detail: /same Idempotency-Key/ });
    api.consensus.beforePropose = () => Promise.resolve();
    t.equal((await post({ title: 'a' }, KEY)).status, 201, 'the key is free again');
    t.equal(courses(), 1);
  }
});

t.test('received_at is when the request came, on the clock of this node', async (t) => {
  const { api, post } = scene(t);
  let seen: number | null = null;
  const propose = api.consensus.propose.bind(api.consensus);
  api.consensus.propose = (request) => {
    seen = decodeCommand(request.command).command.received_at;
    return propose(request);
  };
  const before = Date.now();
  await post({ title: 'a' });
  t.ok(seen !== null && seen >= before && seen <= Date.now());
});
