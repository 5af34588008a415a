import t, { type Test } from 'tap';
import { updateUser } from '../../lms/commands/update-user.ts';
import { ProposalError } from '../../raft/errors.ts';
import { TestApi } from '../testing.ts';
import { itemsOf } from '../testing-course.ts';

interface NewToken {
  readonly id: string;
  readonly token: string;
  readonly expires_at: string;
}

function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  const ann = api.user('ann', 'instructor');
  const bob = api.user('bob', 'student');
  const make = async (scopes: readonly string[], token = ann.token) => {
    const body = { name: 'Script', scopes };
    const response = await api.request('POST /v1/tokens', { token, body });
    t.equal(response.status, 201);
    return (await response.json()) as NewToken;
  };
  return { api, root, ann, bob, make };
}

t.test('a token is shown once, works for 90 days, and is stored nowhere', async (t) => {
  const { api, ann, make } = scene(t);
  const made = await make(['read']);
  t.match(made.token, /^lms_pat_[A-Za-z0-9_-]{43}$/);
  const days = (Date.parse(made.expires_at) - Date.now()) / 86_400_000;
  t.ok(days > 89.9 && days <= 90);
  const me = await api.request('GET /v1/me', { token: made.token });
  t.match(await me.json(), { id: ann.id });
  const listed = await itemsOf<object>(api.request('GET /v1/tokens', { token: ann.token }));
  t.match(listed, [{ id: made.id, name: 'Script', scopes: ['read'] }]);
  t.notOk('token' in (listed[0] ?? {}));
  for (const { name } of api.machine.reader.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table'",
  )) {
    const rows = JSON.stringify(api.machine.reader.all(`SELECT * FROM ${name}`));
    t.notOk(rows.includes(made.token.slice('lms_pat_'.length)), name);
  }
});

/** Which scopes open which operations; the last column is the one that is needed. */
const OPERATIONS: readonly [target: string, body: unknown, needed: string][] = [
  ['GET /v1/me', undefined, 'read'],
  ['GET /v1/courses', undefined, 'read'],
  ['GET /v1/users', undefined, 'read'],
  ['PATCH /v1/me', { display_name: 'Root' }, 'write'],
  ['POST /v1/courses', { code: 'B', title: 'Biology' }, 'write'],
  ['PUT /v1/submissions/sub_1/grade', { points: 1, state: 'draft' }, 'grade'],
  ['POST /v1/users', { username: 'eve', site_role: 'student' }, 'admin'],
  ['DELETE /v1/users/usr_1', undefined, 'admin'],
  ['GET /v1/cluster/status', undefined, 'admin'],
  ['POST /v1/cluster/snapshot', undefined, 'admin'],
  ['POST /v1/tokens', { name: 'More', scopes: ['admin'] }, 'login'],
  ['GET /v1/tokens', undefined, 'login'],
  ['DELETE /v1/tokens/tok_1', undefined, 'login'],
  ['POST /v1/auth/logout', undefined, 'login'],
  ['PUT /v1/me/password', { current_password: 'pass123', new_password: 'pass1234' }, 'login'],
];

t.test('a token opens what its scopes say, and nothing else', async (t) => {
  const { api, root, make } = scene(t);
  for (const scope of ['read', 'write', 'grade', 'admin']) {
    const { token } = await make([scope], root.token);
    for (const [target, body, needed] of OPERATIONS) {
      const response = await api.request(target, { token, ...(body !== undefined && { body }) });
      const name = `${target} with ${scope}`;
      if (scope === needed) {
        t.notOk((await response.text()).includes('insufficient_scope'), name);
        continue;
      }
      t.equal(response.status, 403, name);
      const problem = (await response.json()) as { code: string; required_scope?: string };
      t.equal(problem.code, 'insufficient_scope', name);
      t.equal(problem.required_scope, needed === 'login' ? undefined : needed, name);
      const challenge = needed === 'login' ? '' : `, scope="${needed}"`;
      t.equal(
        response.headers.get('WWW-Authenticate'),
        `Bearer error="insufficient_scope"${challenge}`,
      );
    }
  }
});

t.test('the document says which scope each operation takes', async (t) => {
  const { api } = scene(t);
  const document = (await (await api.request('GET /openapi.json')).json()) as {
    paths: Record<string, Record<string, { security: { bearer?: string[] }[] }>>;
  };
  const scopeOf = (path: string, method: string) =>
    document.paths[path]?.[method]?.security[0]?.bearer;
  t.same(scopeOf('/v1/me', 'get'), ['read']);
  t.same(scopeOf('/v1/courses', 'post'), ['write']);
  t.same(scopeOf('/v1/submissions/{submission_id}/grade', 'put'), ['grade']);
  t.same(scopeOf('/v1/courses/{course_id}/gradebook/what-if', 'post'), ['read'], 'no grading');
  t.same(scopeOf('/v1/users', 'post'), ['admin']);
  t.same(scopeOf('/v1/tokens', 'post'), ['login']);
});

t.test('a scope gives no rights that its owner does not have', async (t) => {
  const { api, bob, make } = scene(t);
  const { token } = await make(['admin', 'write', 'read', 'grade'], bob.token);
  const body = { username: 'eve', site_role: 'admin' };
  const response = await api.request('POST /v1/users', { token, body });
  t.match(await response.json(), { code: 'forbidden' });
});

t.test('a deleted token is refused from then on, by reads and by writes', async (t) => {
  const { api, ann, bob, make } = scene(t);
  const made = await make(['read', 'write']);
  const path = `DELETE /v1/tokens/${made.id}`;
  t.equal((await api.request(path, { token: bob.token })).status, 404);
  t.equal((await api.request(path, { token: ann.token })).status, 204);
  t.equal((await api.request('GET /v1/me', { token: made.token })).status, 401);
  const local = { 'LMS-Consistency': 'local' };
  t.equal((await api.request('GET /v1/me', { token: made.token, headers: local })).status, 401);
});

t.test('a repeat with the same key cannot show the token again, and says so', async (t) => {
  const { api, ann } = scene(t);
  const request = {
    token: ann.token,
    body: { name: 'Script', scopes: ['read'] },
    headers: { 'Idempotency-Key': 'k1' },
  };
  const first = (await (await api.request('POST /v1/tokens', request)).json()) as NewToken;
  const second = await api.request('POST /v1/tokens', request);
  t.equal(second.status, 409);
  const problem = (await second.json()) as { code: string; detail: string };
  t.equal(problem.code, 'conflict');
  t.ok(problem.detail.includes(first.id));
  t.equal((await itemsOf(api.request('GET /v1/tokens', { token: ann.token }))).length, 1);
});

t.test('the day of the last use is kept, with one entry per day', async (t) => {
  const { api, ann, make } = scene(t);
  const made = await make(['read']);
  const used = async () => {
    const [token] = await itemsOf<{ last_used_at: string | null }>(
      api.request('GET /v1/tokens', { token: ann.token }),
    );
    return token?.last_used_at;
  };
  t.equal(await used(), null);
  await api.request('GET /v1/me', { token: made.token });
  t.match(await used(), /^\d{4}-/);
  const { index } = api.machine.applied;
  await api.request('GET /v1/me', { token: made.token });
  t.equal(api.machine.applied.index, index);
});

t.test('a use that cannot be kept fails no request', async (t) => {
  const { api, make } = scene(t);
  const made = await make(['read']);
  api.consensus.beforePropose = () =>
    Promise.reject(new ProposalError('no_quorum', 'not_applied', 'alone'));
  const local = { 'LMS-Consistency': 'local' };
  for (let n = 0; n < 2; n += 1) {
    const response = await api.request('GET /v1/me', { token: made.token, headers: local });
    t.equal(response.status, 200);
  }
});

const REFUSED: readonly [body: unknown, status: number, code: string, pointer: string][] = [
  [{ name: '', scopes: ['read'] }, 400, 'invalid_request', '/name'],
  [{ name: 'a', scopes: [] }, 400, 'invalid_request', '/scopes'],
  [{ name: 'a', scopes: ['root'] }, 400, 'invalid_request', '/scopes/0'],
  [{ name: 'a', scopes: ['read', 'read'] }, 400, 'invalid_request', '/scopes'],
  [{ name: 'a', scopes: ['read'], token: 'x' }, 400, 'unknown_field', '/token'],
  [
    { name: 'a', scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' },
    422,
    'invalid_value',
    '/expires_at',
  ],
];

t.test('what is refused', async (t) => {
  const { api, ann } = scene(t);
  for (const [body, status, code, pointer] of REFUSED) {
    const response = await api.request('POST /v1/tokens', { token: ann.token, body });
    t.equal(response.status, status, JSON.stringify(body));
    t.match(await response.json(), { code, errors: [{ pointer }] });
  }
});

t.test('a suspension ends tokens at once', async (t) => {
  const { api, root, ann, make } = scene(t);
  const { token } = await make(['read']);
  api.command(updateUser, { user_id: ann.id, status: 'suspended' }, root.id);
  t.equal((await api.request('GET /v1/me', { token })).status, 401);
});
