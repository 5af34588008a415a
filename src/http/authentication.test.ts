import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { createSession } from '../lms/commands/create-session.ts';
import { deleteUser } from '../lms/commands/delete-user.ts';
import { updateUser } from '../lms/commands/update-user.ts';
import { passwordMark } from '../lms/verified-password.ts';
import { ReadError } from '../raft/errors.ts';
import { problemSchema } from './problem-schema.ts';
import { TestApi } from './testing.ts';
import { tokenHash } from './tokens.ts';

function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  const ann = api.user('ann', 'student');
  return { api, root, ann };
}

/** The problem without what differs from request to request. */
async function refusal(response: Response) {
  const { request_id: _, instance: __, ...problem } = problemSchema.parse(await response.json());
  return { status: response.status, auth: response.headers.get('WWW-Authenticate'), problem };
}

t.test('no, unknown, malformed, expired and revoked tokens get the same answer', async (t) => {
  const { api, ann } = scene(t);
  const revoked = api.session(ann.id);
  const expired = api.session(ann.id, '$argon2id$none', -1);
  await api.request('POST /v1/auth/logout', { token: revoked });
  const unknown = `lms_${randomBytes(32).toString('base64url')}`;
  const none = await refusal(await api.request('GET /v1/me'));
  t.match(none, { status: 401, auth: 'Bearer', problem: { code: 'unauthenticated', errors: [] } });
  for (const token of [unknown, 'lms_short', expired, revoked]) {
    t.same(await refusal(await api.request('GET /v1/me', { token })), none, token);
    const write = await api.request('PATCH /v1/me', { token, body: { display_name: 'x' } });
    t.same(await refusal(write), none, token);
  }
});

t.test('a token counts in the Authorization header only', async (t) => {
  const { api, ann } = scene(t);
  const query = await api.request(`GET /v1/me?token=${ann.token}&access_token=${ann.token}`);
  t.equal(query.status, 401);
  const basic = await api.request('GET /v1/me', {
    headers: { Authorization: `Basic ${ann.token}` },
  });
  t.equal(basic.status, 401);
  const lower = await api.request('GET /v1/me', {
    headers: { Authorization: `bearer ${ann.token}` },
  });
  t.equal(lower.status, 200);
});

t.test('whoever is suspended or deleted is out at once', async (t) => {
  const { api, root, ann } = scene(t);
  const bob = api.user('bob', 'student');
  api.command(updateUser, { user_id: ann.id, status: 'suspended' }, root.id);
  api.command(deleteUser, { user_id: bob.id }, root.id);
  t.equal((await api.request('GET /v1/me', { token: ann.token })).status, 401);
  t.equal((await api.request('GET /v1/me', { token: bob.token })).status, 401);
});

t.test('a session that this node has not applied yet is found after the barrier', async (t) => {
  const { api, ann } = scene(t);
  const token = `lms_${randomBytes(32).toString('base64url')}`;
  const local = { 'LMS-Consistency': 'local' };
  t.equal((await api.request('GET /v1/me', { token, headers: local })).status, 401);
  api.consensus.beforeRead = () => {
    api.consensus.beforeRead = () => Promise.resolve();
    api.command(createSession, {
      new_session_id: 'ses_new',
      user_id: ann.id,
      token_sha256: tokenHash(token),
      expires_at: Date.now() + 60_000,
      verified_mark: passwordMark('$argon2id$none'),
      address: null,
    });
    return Promise.resolve();
  };
  t.equal((await api.request('GET /v1/me', { token, headers: local })).status, 200);
});

t.test('an unknown token without a majority is 503, not 401', async (t) => {
  const { api } = scene(t);
  api.consensus.beforeRead = () => Promise.reject(new ReadError('no_quorum', 'alone'));
  const response = await api.request('PATCH /v1/me', {
    token: `lms_${randomBytes(32).toString('base64url')}`,
    body: { display_name: 'x' },
  });
  t.equal(response.status, 503);
});

t.test('a session revoked through another node is refused by a linearizable read', async (t) => {
  const { api, root, ann } = scene(t);
  api.consensus.beforeRead = () => {
    api.consensus.beforeRead = () => Promise.resolve();
    api.command(updateUser, { user_id: ann.id, status: 'suspended' }, root.id);
    return Promise.resolve();
  };
  t.equal((await api.request('GET /v1/me', { token: ann.token })).status, 401);
});

t.test('a session that ends while the write is on its way: apply says no', async (t) => {
  const { api, root, ann } = scene(t);
  api.consensus.beforePropose = () => {
    api.command(updateUser, { user_id: ann.id, password_hash: 'new' }, root.id);
    return Promise.resolve();
  };
  const response = await api.request('PATCH /v1/me', {
    token: ann.token,
    body: { display_name: 'Late' },
  });
  t.equal(response.status, 401);
  t.equal(response.headers.get('WWW-Authenticate'), 'Bearer');
  t.match(await response.json(), { code: 'session_ended' });
  const row = api.machine.reader.get('SELECT display_name FROM users WHERE id = ?', ann.id);
  t.same({ ...row }, { display_name: 'ann' });
});
