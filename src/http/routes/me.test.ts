import t from 'tap';
import { Passwords } from '../passwords.ts';
import { TestApi } from '../testing.ts';

t.test('GET /v1/me is the account of the token', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const ann = api.user('Ann', 'instructor');
  const response = await api.request('GET /v1/me', { token: ann.token });
  t.equal(response.status, 200);
  t.match(await response.json(), { id: ann.id, username: 'Ann', site_role: 'instructor' });
  t.equal(response.headers.get('ETag'), '"1"');
});

t.test('PATCH /v1/me changes name and address, and nothing else', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student');
  const changed = await api.request('PATCH /v1/me', {
    token,
    body: { display_name: 'Ann Lee', email: 'ann@example.org' },
  });
  t.equal(changed.status, 200);
  t.match(await changed.json(), { display_name: 'Ann Lee', email: 'ann@example.org', version: 2 });
  const removed = await api.request('PATCH /v1/me', { token, body: { email: null } });
  t.match(await removed.json(), { display_name: 'Ann Lee', email: null });
  const role = await api.request('PATCH /v1/me', { token, body: { site_role: 'admin' } });
  t.equal(role.status, 400);
  t.match(await role.json(), {
    code: 'unknown_field',
    errors: [{ pointer: '/site_role', code: 'unknown_field' }],
  });
});

t.test('PATCH /v1/me with an old ETag is refused with the current one', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student');
  const body = { display_name: 'x' };
  const first = await api.request('PATCH /v1/me', { token, body, headers: { 'If-Match': '"1"' } });
  t.equal(first.status, 200);
  t.equal(first.headers.get('ETag'), '"2"');
  const second = await api.request('PATCH /v1/me', { token, body, headers: { 'If-Match': '"1"' } });
  t.equal(second.status, 412);
  t.equal(second.headers.get('ETag'), '"2"');
  t.match(await second.json(), { code: 'version_mismatch', current_version: 2 });
});

const HASH = await new Passwords().hash('pass123');
const CHANGE = { current_password: 'pass123', new_password: 'new-pass' };

t.test('a new password ends all other sessions, and the old one logs nobody in', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const ann = api.user('ann', 'student', HASH);
  const other = api.session(ann.id, HASH);
  const changed = await api.request('PUT /v1/me/password', { token: ann.token, body: CHANGE });
  t.equal(changed.status, 204);
  t.equal((await api.request('GET /v1/me', { token: ann.token })).status, 200);
  t.equal((await api.request('GET /v1/me', { token: other })).status, 401);
  const login = (password: string) =>
    api.request('POST /v1/auth/login', { body: { username: 'ann', password } });
  t.equal((await login('pass123')).status, 401);
  t.equal((await login('new-pass')).status, 200);
});

t.test('a wrong current password changes nothing and counts as a failed login', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student', HASH);
  const body = { ...CHANGE, current_password: 'wrong' };
  for (let n = 0; n < 10; n += 1) {
    const response = await api.request('PUT /v1/me/password', { token, body });
    t.equal(response.status, 422);
    t.match(await response.json(), {
      code: 'invalid_value',
      errors: [{ pointer: '/current_password' }],
    });
  }
  t.equal((await api.request('PUT /v1/me/password', { token, body: CHANGE })).status, 429);
});

t.test('passwords that are too short or too long are refused', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student', HASH);
  for (const new_password of ['', 'short1', 'x'.repeat(257)]) {
    const body = { ...CHANGE, new_password };
    const response = await api.request('PUT /v1/me/password', { token, body });
    t.equal(response.status, 400);
    t.match(await response.json(), { errors: [{ pointer: '/new_password' }] });
  }
});
