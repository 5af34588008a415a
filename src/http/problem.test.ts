import { z } from '@hono/zod-openapi';
import t, { type Test } from 'tap';
import { operation, router } from './operation.ts';
import { PROBLEMS } from './problem-catalogue.ts';
import type { ProblemCode } from './problem-kind.ts';
import { REQUEST_PROBLEMS } from './request-problems.ts';
import { RULE_PROBLEMS } from './rule-problems.ts';
import { SERVER_PROBLEMS } from './server-problems.ts';
import { STATE_PROBLEMS } from './state-problems.ts';
import { TestApi } from './testing.ts';

/** Statuses that each code may have, from the conventions of the API. */
const STATUSES: Readonly<Record<number, readonly ProblemCode[]>> = {
  400: ['invalid_json', 'invalid_request', 'unknown_field', 'invalid_cursor', 'invalid_header'],
  401: [
    'unauthenticated',
    'invalid_credentials',
    'refresh_token_invalid',
    'session_ended',
    'account_not_active',
  ],
  403: ['forbidden', 'insufficient_scope', 'registration_closed'],
  404: ['not_found'],
  405: ['method_not_allowed'],
  408: ['request_timeout'],
  409: ['conflict', 'already_exists', 'course_not_active', 'idempotency_in_flight'],
  412: ['version_mismatch'],
  413: ['payload_too_large'],
  415: ['unsupported_media_type'],
  422: ['invalid_value', 'too_many_attempts', 'not_open', 'closed', 'idempotency_key_reused'],
  428: ['version_required'],
  429: ['rate_limited'],
  431: ['headers_too_large'],
  500: ['internal'],
  503: ['no_quorum', 'overloaded', 'unavailable'],
  507: ['disk_low'],
};

/** What the codes of single resources may have. */
const OTHER_STATUSES = [409, 410, 412, 416, 422, 423, 460, 503];

t.test('no code stands in two parts of the catalogue: the later would win unseen', (t) => {
  const parts = [REQUEST_PROBLEMS, STATE_PROBLEMS, RULE_PROBLEMS, SERVER_PROBLEMS];
  t.same(
    parts.flatMap((part) => Object.keys(part)),
    Object.keys(PROBLEMS),
  );
  t.end();
});

const listSchema = z.object({
  items: z.array(z.object({ code: z.string(), type: z.string(), description: z.string() })),
});

function apiWith(t: Test, fail: () => never) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const routes = router();
  const config = operation(
    {
      method: 'get',
      path: '/v1/test/{id}',
      operationId: 'test',
      summary: 'Test',
      tags: ['test'],
      responses: { 200: { description: 'Never.' } },
    },
    { access: 'public' },
  );
  routes.openapi(config, fail);
  api.app.route('/', routes);
  return api;
}

t.test('every code has the status of its kind of failure', (t) => {
  for (const [status, codes] of Object.entries(STATUSES)) {
    for (const code of codes) t.equal(PROBLEMS[code].status, Number(status), code);
  }
  const covered = new Set(Object.values(STATUSES).flat());
  const others = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => !covered.has(code));
  for (const code of others) t.ok(OTHER_STATUSES.includes(PROBLEMS[code].status), code);
  t.end();
});

t.test('only failures that pass by themselves are retryable', (t) => {
  const alsoRetryable = [
    'idempotency_in_flight',
    'digest_mismatch',
    'checksum_mismatch',
    'members_changing',
    'files_unsafe',
    'locked',
  ];
  for (const [code, { status, retryable }] of Object.entries(PROBLEMS)) {
    const passes = [408, 429, 500, 503, 507].includes(status) || alsoRetryable.includes(code);
    t.equal(retryable, passes, code);
  }
  t.end();
});

t.test('every code is documented at its type', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const list = listSchema.parse(await (await api.request('GET /problems')).json());
  t.same(
    list.items.map((item) => item.code),
    Object.keys(PROBLEMS),
  );
  for (const { code, type, description } of list.items) {
    t.ok(description.length > 20, code);
    const one = await api.request(`GET ${type}`);
    t.match(await one.json(), { code });
  }
  t.equal((await api.request('GET /problems/nonsense')).status, 404);
  t.equal((await api.request('GET /problems/constructor')).status, 404);
});

t.test('an unknown path is a problem document with everything that one has', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const response = await api.request('GET /v1/nowhere?name=secret', {
    headers: { 'X-Request-Id': 'abc-1' },
  });
  t.equal(response.status, 404);
  t.equal(response.headers.get('Content-Type'), 'application/problem+json');
  t.equal(response.headers.get('X-Request-Id'), 'abc-1');
  t.same(await response.json(), {
    type: '/problems/not_found',
    title: PROBLEMS.not_found.title,
    status: 404,
    detail: 'There is nothing at this path.',
    instance: '/v1/nowhere',
    code: 'not_found',
    request_id: 'abc-1',
    retryable: false,
    errors: [],
  });
});

t.test('a request id that could hurt a log is replaced', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  for (const id of ['a b', 'x'.repeat(129), '<script>']) {
    const response = await api.request('GET /healthz', { headers: { 'X-Request-Id': id } });
    t.match(response.headers.get('X-Request-Id'), /^[0-9a-f]{32}$/);
  }
});

t.test('an operation without query parameters refuses all of them', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student');
  const response = await api.request('GET /v1/me?limit=1&a%2Fb=', { token });
  t.equal(response.status, 400);
  t.match(await response.json(), {
    code: 'unknown_field',
    errors: [{ pointer: '/query/limit' }, { pointer: '/query/a~1b' }],
  });
  t.equal((await api.request('GET /v1/me?limit=1')).status, 401, 'strangers first');
  t.equal((await api.request('GET /healthz?probe=1')).status, 200);
});

t.test('a path that ends in a slash is no path with an empty id', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  t.equal((await api.app.request('/v1/courses/')).status, 404);
});

t.test('another method on a known path is 405 with Allow', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const response = await api.app.request('/v1/me', { method: 'DELETE' });
  t.equal(response.status, 405);
  t.equal(response.headers.get('Allow'), 'GET, PATCH, HEAD');
  t.match(await response.json(), { code: 'method_not_allowed', status: 405 });
  const templated = await api.app.request('/problems/not_found', { method: 'POST' });
  t.equal(templated.headers.get('Allow'), 'GET, HEAD');
});

t.test('a mistake of the program shows its request id and nothing else', async (t) => {
  const api = apiWith(t, () => {
    throw new Error('SELECT secret FROM lms.db');
  });
  const response = await api.request('GET /v1/test/1');
  t.equal(response.status, 500);
  const text = await response.text();
  t.notMatch(text, /secret|Error|\.ts/);
  t.match(JSON.parse(text), {
    code: 'internal',
    request_id: response.headers.get('X-Request-Id'),
  });
});

t.test('a HEAD of an error has no body', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const response = await api.app.request('/v1/me', { method: 'HEAD' });
  t.equal(response.status, 401);
  t.equal(await response.text(), '');
});
