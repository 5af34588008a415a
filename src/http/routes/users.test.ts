import t from 'tap';
import type { UserResource } from '../../lms/queries/users.ts';
import { TestApi } from '../testing.ts';

interface PageBody {
  readonly items: UserResource[];
  readonly next_cursor: string | null;
}

function site(t: { teardown(run: () => void): void }) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  const ann = api.user('ann', 'instructor');
  const bob = api.user('bob', 'student');
  return { api, root, ann, bob };
}

const EVE = { username: 'Eve', password: 'long enough', site_role: 'student' };

t.test('POST /v1/users makes an account that can log in', async (t) => {
  const { api, root } = site(t);
  const created = await api.request('POST /v1/users', { token: root.token, body: EVE });
  t.equal(created.status, 201);
  const user = (await created.json()) as UserResource;
  t.match(user, { username: 'Eve', display_name: 'Eve', email: null, version: 1 });
  t.equal(created.headers.get('Location'), `/v1/users/${user.id}`);
  t.equal(created.headers.get('ETag'), '"1"');
  const login = await api.request('POST /v1/auth/login', {
    body: { username: 'EVE', password: 'long enough' },
  });
  t.equal(login.status, 200);
  t.match(await login.json(), { user: { id: user.id } });
});

t.test('an account without a password, with every other field', async (t) => {
  const { api, root } = site(t);
  const body = {
    username: 'guest',
    display_name: 'A Guest',
    email: 'guest@example.org',
    site_role: 'instructor',
  };
  const created = await api.request('POST /v1/users', { token: root.token, body });
  t.match(await created.json(), body);
});

const REFUSED: readonly [body: unknown, status: number, code: string, pointer: string][] = [
  [{ ...EVE, username: 'BOB' }, 409, 'already_exists', '/username'],
  [{ ...EVE, username: 'a b' }, 400, 'invalid_request', '/username'],
  [{ ...EVE, username: '../etc' }, 400, 'invalid_request', '/username'],
  [{ ...EVE, username: '' }, 400, 'invalid_request', '/username'],
  [{ ...EVE, username: 'x'.repeat(65) }, 400, 'invalid_request', '/username'],
  [{ ...EVE, password: 'short' }, 400, 'invalid_request', '/password'],
  [{ ...EVE, password: 'x'.repeat(257) }, 400, 'invalid_request', '/password'],
  [{ ...EVE, email: 'nobody' }, 400, 'invalid_request', '/email'],
  [{ ...EVE, site_role: 'root' }, 400, 'invalid_request', '/site_role'],
  [{ ...EVE, id: 'usr_1' }, 400, 'unknown_field', '/id'],
  [{ username: 'eve', password: 'long enough' }, 400, 'invalid_request', '/site_role'],
];

for (const [body, status, code, pointer] of REFUSED) {
  t.test(`POST /v1/users ${JSON.stringify(body).slice(0, 60)}: ${code} ${pointer}`, async (t) => {
    const { api, root } = site(t);
    const answer = await api.request('POST /v1/users', { token: root.token, body });
    t.equal(answer.status, status);
    t.match(await answer.json(), { code, errors: [{ pointer }] });
  });
}

t.test(
  'a repeat with the same key makes no second account, and no hash of the password',
  async (t) => {
    const { api, root } = site(t);
    const ask = (body: object) =>
      api.request('POST /v1/users', {
        token: root.token,
        body,
        headers: { 'Idempotency-Key': 'one' },
      });
    const first = await ask(EVE);
    const second = await ask(EVE);
    t.equal(second.headers.get('Idempotency-Replayed'), 'true');
    t.same(await second.json(), await first.json());
    const password = await ask({ ...EVE, password: 'another one' });
    t.equal(
      password.headers.get('Idempotency-Replayed'),
      'true',
      'the stored mark knows no password',
    );
    const other = await ask({ ...EVE, username: 'Other' });
    t.equal(other.status, 422);
  },
);

type Who = 'root' | 'ann' | 'bob';
const ACCESS: readonly [request: string, root: number, ann: number, bob: number][] = [
  ['GET /v1/users', 200, 403, 403],
  ['GET /v1/users?username=BOB', 200, 200, 403],
  ['POST /v1/users', 201, 403, 403],
  ['GET /v1/users/{bob}', 200, 404, 200],
  ['GET /v1/users/me', 200, 200, 200],
  ['GET /v1/users/usr_none', 404, 404, 404],
  ['PATCH /v1/users/{bob}', 200, 404, 200],
  ['PATCH /v1/users/me', 200, 200, 200],
  ['PATCH /v1/users/usr_none', 404, 404, 404],
  ['DELETE /v1/users/{bob}', 204, 404, 403],
  ['DELETE /v1/users/me', 409, 403, 403],
  ['DELETE /v1/users/usr_none', 404, 404, 404],
];

for (const [request, ...expected] of ACCESS) {
  for (const [n, who] of (['root', 'ann', 'bob'] satisfies Who[]).entries()) {
    t.test(`${request} by ${who}: ${expected[n]}`, async (t) => {
      const scene = site(t);
      const body = request.startsWith('POST') ? EVE : { display_name: 'Renamed' };
      const answer = await scene.api.request(request.replace('{bob}', scene.bob.id), {
        token: scene[who].token,
        ...(/^(POST|PATCH)/.test(request) && { body }),
      });
      t.equal(answer.status, expected[n]);
    });
  }
}

t.test('without a token every operation is 401', async (t) => {
  const { api, bob } = site(t);
  for (const request of ['GET /v1/users', 'POST /v1/users', `DELETE /v1/users/${bob.id}`]) {
    t.equal((await api.request(request)).status, 401);
  }
});

t.test('GET /v1/users goes through all pages', async (t) => {
  const { api, root } = site(t);
  const names: unknown[] = [];
  let path = '/v1/users?limit=2';
  for (let n = 0; n < 2; n += 1) {
    const answer = await api.request(`GET ${path}`, { token: root.token });
    const { items, next_cursor } = (await answer.json()) as PageBody;
    names.push(...items.map((user) => user.username), next_cursor !== null);
    path = /<(.*)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1] ?? '';
  }
  t.same(names, ['ann', 'bob', true, 'root', false]);
});

t.test('GET /v1/users?username= finds one or nobody', async (t) => {
  const { api, ann, bob } = site(t);
  const found = await api.request('GET /v1/users?username=BoB', { token: ann.token });
  t.match(await found.json(), { items: [{ id: bob.id }], next_cursor: null });
  const none = await api.request('GET /v1/users?username=bo', { token: ann.token });
  t.same(await none.json(), { items: [], next_cursor: null });
});

t.test('PATCH honours If-Match, and the new password is the one that logs in', async (t) => {
  const { api, root, bob } = site(t);
  const path = `PATCH /v1/users/${bob.id}`;
  const body = { password: 'brand new one' };
  const changed = await api.request(path, {
    token: root.token,
    body,
    headers: { 'If-Match': '"1"' },
  });
  t.equal(changed.status, 200);
  t.equal(changed.headers.get('ETag'), '"2"');
  const stale = await api.request(path, {
    token: root.token,
    body,
    headers: { 'If-Match': '"1"' },
  });
  t.equal(stale.status, 412);
  t.equal(stale.headers.get('ETag'), '"2"');
  t.equal((await api.request('GET /v1/me', { token: bob.token })).status, 401);
  const login = await api.request('POST /v1/auth/login', {
    body: { username: 'bob', password: 'brand new one' },
  });
  t.equal(login.status, 200);
});

t.test('who was deleted is gone at once: token, login, lists', async (t) => {
  const { api, root, bob } = site(t);
  await api.request(`DELETE /v1/users/${bob.id}`, { token: root.token });
  t.equal((await api.request('GET /v1/me', { token: bob.token })).status, 401);
  t.equal((await api.request(`GET /v1/users/${bob.id}`, { token: root.token })).status, 404);
  const list = await api.request('GET /v1/users', { token: root.token });
  t.same(
    ((await list.json()) as PageBody).items.map((user) => user.username),
    ['ann', 'root'],
  );
});
