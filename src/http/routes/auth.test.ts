import t, { type Test } from 'tap';
import { recordLoginFailure } from '../../lms/commands/record-login-failure.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import {
  loginWindowMs,
  maxAccountLoginFailures,
  maxAddressLoginFailures,
} from '../../lms/limits.ts';
import { ProposalError, ReadError } from '../../raft/errors.ts';
import { Passwords } from '../passwords.ts';
import { TestApi } from '../testing.ts';

const PASSWORD = 'pass123';
const HASH = await new Passwords().hash(PASSWORD);

function scene(t: Test, now: number | null = null) {
  const api = new TestApi();
  t.teardown(() => api.close());
  if (now !== null) api.consensus.now = () => now;
  const ann = api.user('Ann', 'student', HASH);
  /** A login from an address; without `remoteAddress` there is no socket. */
  const login = (username: string, password: string, remoteAddress?: string) =>
    api.app.request(
      '/v1/auth/login',
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username, password }),
      },
      remoteAddress === undefined ? {} : { incoming: { socket: { remoteAddress } } },
    );
  const failures = () => api.machine.reader.all('SELECT subject, failures FROM login_failures');
  return { api, ann, login, failures };
}

t.test('a login gives a token for 24 hours that works', async (t) => {
  const { api, ann } = scene(t);
  const before = Date.now();
  const response = await api.request('POST /v1/auth/login', {
    body: { username: 'aNN', password: PASSWORD },
  });
  t.equal(response.status, 200);
  const login = (await response.json()) as { token: string; expires_at: string };
  t.match(login, { token_type: 'Bearer', user: { id: ann.id, username: 'Ann' } });
  t.match(login.token, /^lms_[A-Za-z0-9_-]{43}$/);
  const lifetime = Date.parse(login.expires_at) - before;
  t.ok(lifetime >= 86_400_000 && lifetime < 86_460_000);
  t.equal((await api.request('GET /v1/me', { token: login.token })).status, 200);
});

t.test('the token is stored nowhere: not in the tables, not in the journal', async (t) => {
  const { api, login } = scene(t);
  const { token } = (await (await login('ann', PASSWORD)).json()) as { token: string };
  for (const { name } of api.machine.reader.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table'",
  )) {
    const rows = JSON.stringify(api.machine.reader.all(`SELECT * FROM ${name}`));
    t.notOk(rows.includes(token), name);
    t.notOk(rows.includes(token.slice(4)), name);
  }
});

t.test('every login is another session, whatever its Idempotency-Key', async (t) => {
  const { api } = scene(t);
  const request = {
    body: { username: 'ann', password: PASSWORD },
    headers: { 'Idempotency-Key': 'k' },
  };
  const tokens = new Set<string>();
  for (let n = 0; n < 2; n += 1) {
    const response = await api.request('POST /v1/auth/login', request);
    t.equal(response.headers.get('Idempotency-Replayed'), null);
    tokens.add(((await response.json()) as { token: string }).token);
  }
  t.equal(tokens.size, 2);
});

t.test('wrong name, wrong password, suspended, without password: one answer', async (t) => {
  const { api, ann, login, failures } = scene(t);
  const root = api.user('root', 'admin');
  api.user('bob', 'student', HASH);
  api.command(updateUser, { user_id: ann.id, status: 'suspended' }, root.id);
  const answers = [];
  for (const [username, password] of [
    ['nobody', PASSWORD],
    ['bob', 'wrong'],
    ['ann', PASSWORD],
  ] as const) {
    const response = await login(username, password);
    t.equal(response.status, 401);
    const { request_id: _, ...problem } = (await response.json()) as Record<string, unknown>;
    answers.push({
      ...problem,
      headers: [...response.headers.keys()].sort(),
    });
  }
  t.match(answers[0], { code: 'invalid_credentials' });
  t.same(answers[1], answers[0]);
  t.same(answers[2], answers[0]);
  t.same(
    failures().map((row) => ({ ...row })),
    [
      { subject: 'account:ann', failures: 1 },
      { subject: 'account:bob', failures: 1 },
      { subject: 'account:nobody', failures: 1 },
    ],
  );
});

t.test('an unknown name costs a hash like a known one', async (t) => {
  const passwords = new Passwords();
  let allowed = 0;
  const count = () => {
    allowed += 1;
  };
  t.equal(await passwords.verify(null, PASSWORD, count), false);
  t.equal(await passwords.verify(HASH, PASSWORD, count), true);
  t.equal(await passwords.verify(HASH, 'pass124', count), false);
  t.equal(allowed, 3);
  t.match(HASH, /^\$argon2id\$v=19\$m=19456,(p=1,t=2|t=2,p=1)\$/);
});

t.test('after 10 failures an account is locked, existing or not, right or wrong', async (t) => {
  const { login } = scene(t);
  for (const name of ['ann', 'nobody']) {
    for (let n = 0; n < maxAccountLoginFailures; n += 1) {
      t.equal((await login(name, 'wrong')).status, 401);
    }
    for (const password of ['wrong', PASSWORD]) {
      const locked = await login(name, password);
      t.equal(locked.status, 429, `${name} ${password}`);
      const seconds = Number(locked.headers.get('Retry-After'));
      t.ok(seconds > 0 && seconds <= loginWindowMs / 1000, String(seconds));
      t.match(await locked.json(), { code: 'rate_limited', retry_after_seconds: seconds });
    }
  }
});

t.test('the lock ends with its window', async (t) => {
  const { api, login } = scene(t, Date.now() - loginWindowMs - 60_000);
  for (let n = 0; n < maxAccountLoginFailures; n += 1) await login('ann', 'wrong');
  api.consensus.now = () => Date.now();
  t.equal((await login('ann', PASSWORD)).status, 200);
});

t.test('a success forgives the account', async (t) => {
  const { login, failures } = scene(t);
  for (let n = 1; n < maxAccountLoginFailures; n += 1) await login('ann', 'wrong', '192.0.2.7');
  t.equal((await login('ann', PASSWORD, '192.0.2.7')).status, 200);
  t.same(
    failures().map((row) => ({ ...row })),
    [{ subject: 'address:192.0.2.7', failures: maxAccountLoginFailures - 1 }],
    'the account, not the address',
  );
});

t.test('one address cannot try a few passwords on many accounts', async (t) => {
  const { api, login } = scene(t);
  for (let n = 0; n < maxAddressLoginFailures; n += 1) {
    api.command(recordLoginFailure, { username_key: `user${n}`, address: '192.0.2.7' });
  }
  t.equal((await login('ann', PASSWORD, '192.0.2.7')).status, 429);
  t.equal((await login('ann', PASSWORD, '192.0.2.8')).status, 200);
});

t.test('guesses sent all at once are counted one by one', async (t) => {
  const { login } = scene(t);
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => (await login('ann', `wrong${n}`)).status),
  );
  const tried = answers.filter((status) => status === 401).length;
  t.ok(tried <= maxAccountLoginFailures + 2, `${tried} were tried`);
  t.equal(answers.filter((status) => status === 429).length, 30 - tried);
});

t.test('a password that was changed while it was verified opens nothing', async (t) => {
  const { api, ann, login } = scene(t);
  const root = api.user('root', 'admin');
  api.consensus.beforePropose = () => {
    api.consensus.beforePropose = () => Promise.resolve();
    api.command(updateUser, { user_id: ann.id, password_hash: 'other' }, root.id);
    return Promise.resolve();
  };
  const response = await login('ann', PASSWORD);
  t.equal(response.status, 401);
  t.match(await response.json(), { code: 'invalid_credentials' });
});

t.test('without a majority nobody can log in, or guess', async (t) => {
  const { api, login } = scene(t);
  api.consensus.beforeRead = () => Promise.reject(new ReadError('no_quorum', 'alone'));
  t.equal((await login('ann', PASSWORD)).status, 503);
  t.equal((await login('ann', 'wrong')).status, 503);
  api.consensus.beforeRead = () => Promise.resolve();
  api.consensus.beforePropose = () =>
    Promise.reject(new ProposalError('no_quorum', 'not_applied', 'alone'));
  t.equal((await login('ann', PASSWORD)).status, 503);
  t.equal((await login('ann', 'wrong')).status, 503);
});

t.test('logging out ends this session and no other', async (t) => {
  const { api, ann } = scene(t);
  const other = api.session(ann.id, HASH);
  const response = await api.request('POST /v1/auth/logout', { token: ann.token });
  t.equal(response.status, 204);
  t.equal(await response.text(), '');
  t.equal((await api.request('GET /v1/me', { token: ann.token })).status, 401);
  const local = { 'LMS-Consistency': 'local' };
  t.equal((await api.request('GET /v1/me', { token: ann.token, headers: local })).status, 401);
  t.equal((await api.request('POST /v1/auth/logout', { token: ann.token })).status, 401);
  t.equal((await api.request('GET /v1/me', { token: other })).status, 200);
});
