import t from 'tap';
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
