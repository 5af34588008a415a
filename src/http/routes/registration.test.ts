import t, { type Test } from 'tap';
import { maxAddressRegistrations } from '../../lms/limits.ts';
import { TestApi } from '../testing.ts';

const EVE = { username: 'Eve', password: 'long enough' };

function scene(t: Test, self_registration: boolean) {
  const api = new TestApi({ self_registration });
  t.teardown(() => api.close());
  api.user('bob', 'student');
  return { api, register: (body: unknown) => api.request('POST /v1/auth/register', { body }) };
}

t.test('where it is off, which is the default, nobody registers', async (t) => {
  const { api, register } = scene(t, false);
  const { index } = api.machine.applied;
  const response = await register(EVE);
  t.equal(response.status, 403);
  t.match(await response.json(), { code: 'registration_closed' });
  t.equal(api.machine.applied.index, index);
  const standard = new TestApi();
  t.teardown(() => standard.close());
  t.equal((await standard.request('POST /v1/auth/register', { body: EVE })).status, 403);
});

t.test('where it is on, an account is a student’s and can log in', async (t) => {
  const { api, register } = scene(t, true);
  const response = await register({ ...EVE, email: 'eve@example.org' });
  t.equal(response.status, 201);
  const user = (await response.json()) as { id: string };
  t.match(user, { username: 'Eve', display_name: 'Eve', site_role: 'student' });
  t.equal(response.headers.get('Location'), `/v1/users/${user.id}`);
  t.equal(response.headers.get('ETag'), '"1"');
  const login = await api.request('POST /v1/auth/login', { body: EVE });
  t.match(await login.json(), { user: { id: user.id, email: 'eve@example.org' } });
});

const REFUSED: readonly [body: unknown, status: number, code: string, pointer: string][] = [
  [{ ...EVE, username: 'BOB' }, 409, 'already_exists', '/username'],
  [{ ...EVE, username: 'a b' }, 400, 'invalid_request', '/username'],
  [{ ...EVE, password: 'short' }, 400, 'invalid_request', '/password'],
  [{ ...EVE, email: 'nobody' }, 400, 'invalid_request', '/email'],
  [{ ...EVE, site_role: 'admin' }, 400, 'unknown_field', '/site_role'],
  [{ username: 'eve' }, 400, 'invalid_request', '/password'],
];

t.test('what is refused', async (t) => {
  const { register } = scene(t, true);
  for (const [body, status, code, pointer] of REFUSED) {
    const response = await register(body);
    t.equal(response.status, status, JSON.stringify(body));
    t.match(await response.json(), { code, errors: [{ pointer }] });
  }
});

t.test('tries are throttled, and the hash is not paid for then', async (t) => {
  const { api } = scene(t, true);
  const from = (remoteAddress: string, username: string) =>
    api.app.request(
      '/v1/auth/register',
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...EVE, username }),
      },
      { incoming: { socket: { remoteAddress } } },
    );
  for (let n = 0; n < maxAddressRegistrations; n += 1) {
    t.equal((await from('192.0.2.7', 'bob')).status, 409);
  }
  const { index } = api.machine.applied;
  const refused = await from('192.0.2.7', 'eve');
  t.equal(refused.status, 429);
  t.ok(Number(refused.headers.get('Retry-After')) > 0);
  t.equal(api.machine.applied.index, index, 'no entry either');
  t.equal((await from('192.0.2.8', 'eve')).status, 201);
});

t.test('the password is stored nowhere', async (t) => {
  const { api, register } = scene(t, true);
  await register({ username: 'eve', password: 'a very good password' });
  for (const { name } of api.machine.reader.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table'",
  )) {
    const rows = JSON.stringify(api.machine.reader.all(`SELECT * FROM ${name}`));
    t.notOk(rows.includes('a very good password'), name);
  }
});
