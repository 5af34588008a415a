import t, { type Test } from 'tap';
import { maxRefreshesPerFamily } from '../../lms/limits.ts';
import { Passwords } from '../passwords.ts';
import { TestApi } from '../testing.ts';

const PASSWORD = 'pass123';
const HASH = await new Passwords().hash(PASSWORD);

interface Login {
  readonly token: string;
  readonly expires_at: string;
  readonly refresh_token: string;
  readonly refresh_expires_at: string;
}

async function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const ann = api.user('ann', 'student', HASH);
  const logIn = async () => {
    const body = { username: 'ann', password: PASSWORD };
    return (await (await api.request('POST /v1/auth/login', { body })).json()) as Login;
  };
  const refresh = (refresh_token: string) =>
    api.request('POST /v1/auth/refresh', { body: { refresh_token } });
  const status = async (token: string) => (await api.request('GET /v1/me', { token })).status;
  return { api, ann, login: await logIn(), refresh, status };
}

t.test('a refresh gives the next tokens, which work', async (t) => {
  const { ann, login, refresh, status } = await scene(t);
  t.match(login.refresh_token, /^lms_rt_[A-Za-z0-9_-]{43}$/);
  const lifetime = Date.parse(login.refresh_expires_at) - Date.now();
  t.ok(lifetime > 29.9 * 86_400_000 && lifetime <= 30 * 86_400_000);
  const response = await refresh(login.refresh_token);
  t.equal(response.status, 200);
  const next = (await response.json()) as Login;
  t.match(next, {
    token_type: 'Bearer',
    refresh_expires_at: login.refresh_expires_at,
    user: { id: ann.id },
  });
  t.not(next.token, login.token);
  t.not(next.refresh_token, login.refresh_token);
  t.equal(await status(next.token), 200);
  t.equal((await refresh(next.refresh_token)).status, 200);
});

t.test('a refresh token that comes again later ends the login on all nodes', async (t) => {
  const { login, refresh, status } = await scene(t);
  const second = (await (await refresh(login.refresh_token)).json()) as Login;
  const third = (await (await refresh(second.refresh_token)).json()) as Login;
  const reused = await refresh(login.refresh_token);
  t.equal(reused.status, 401);
  t.match(await reused.json(), { code: 'refresh_token_invalid', retryable: false });
  for (const { token } of [login, second, third]) t.equal(await status(token), 401);
  t.equal((await refresh(third.refresh_token)).status, 401);
});

t.test('an answer that was lost is asked for again', async (t) => {
  const { login, refresh, status } = await scene(t);
  const lost = (await (await refresh(login.refresh_token)).json()) as Login;
  const again = (await (await refresh(login.refresh_token)).json()) as Login;
  t.equal(await status(again.token), 200);
  t.equal(await status(lost.token), 401);
  t.equal((await refresh(again.refresh_token)).status, 200);
});

t.test('no kind of token passes for another', async (t) => {
  const { login, refresh, status } = await scene(t);
  t.equal(await status(login.refresh_token), 401);
  t.equal((await refresh(login.token)).status, 401);
});

t.test('what nobody was given leaves no entry in the log', async (t) => {
  const { api, refresh } = await scene(t);
  const { index } = api.machine.applied;
  const response = await refresh(`lms_rt_${'x'.repeat(43)}`);
  t.match(await response.json(), { code: 'refresh_token_invalid' });
  t.equal(api.machine.applied.index, index);
});

t.test('unknown and used before get the same answer', async (t) => {
  const { login, refresh } = await scene(t);
  const second = (await (await refresh(login.refresh_token)).json()) as Login;
  await refresh(second.refresh_token);
  const answers = [];
  for (const token of [login.refresh_token, `lms_rt_${'x'.repeat(43)}`]) {
    const { request_id: _, ...problem } = (await (await refresh(token)).json()) as {
      request_id: string;
    };
    answers.push(problem);
  }
  t.same(answers[0], answers[1]);
  t.ok(maxRefreshesPerFamily > 30, 'a login that is refreshed daily lasts its 30 days');
});

t.test('logging out ends the refresh token too, from any session of the login', async (t) => {
  const { api, login, refresh, status } = await scene(t);
  const next = (await (await refresh(login.refresh_token)).json()) as Login;
  await api.request('POST /v1/auth/logout', { token: login.token });
  t.equal(await status(next.token), 401);
  t.equal((await refresh(next.refresh_token)).status, 401);
});

t.test('no refresh token is stored: not in the tables, not in the journal', async (t) => {
  const { api, login, refresh } = await scene(t);
  const next = (await (await refresh(login.refresh_token)).json()) as Login;
  for (const { name } of api.machine.reader.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table'",
  )) {
    const rows = JSON.stringify(api.machine.reader.all(`SELECT * FROM ${name}`));
    for (const { refresh_token } of [login, next]) {
      t.notOk(rows.includes(refresh_token.slice('lms_rt_'.length)), name);
    }
  }
});
