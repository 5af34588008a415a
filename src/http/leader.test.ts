import t, { type Test } from 'tap';
import type { ConsensusStatus } from './ports.ts';
import { TestApi } from './testing.ts';

const MEMBERS: ConsensusStatus['members'] = ['n1', 'n2'].map((id) => ({
  id,
  raft: '127.0.0.1:9001',
  api: `http://${id}.example:8001`,
  voter: true,
  leaving: false,
  healthy: true,
  match_index: null,
  reachable: true,
}));
const FOLLOWS: Partial<ConsensusStatus> = { role: 'follower', leader_id: 'n2', members: MEMBERS };
const ALONE: Partial<ConsensusStatus> = { role: 'candidate', leader_id: null, members: MEMBERS };

function scene(t: Test, overrides: Partial<ConsensusStatus>, settings = {}) {
  const api = new TestApi(settings);
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student');
  api.consensus.overrides = overrides;
  const patch = (headers = {}) =>
    api.request('PATCH /v1/me?', { token, body: { display_name: 'x' }, headers });
  return { api, token, patch };
}

t.test('a follower forwards by itself', async (t) => {
  const { patch } = scene(t, FOLLOWS);
  const response = await patch();
  t.equal(response.status, 200);
  t.equal(response.headers.get('LMS-Leader'), 'n2');
});

t.test('Prefer: redirect sends a write to the leader', async (t) => {
  const { api, token, patch } = scene(t, FOLLOWS);
  for (const prefer of ['redirect', 'respond-async, Redirect']) {
    const response = await patch({ Prefer: prefer });
    t.equal(response.status, 307);
    t.equal(response.headers.get('Location'), 'http://n2.example:8001/v1/me');
    t.equal(response.headers.get('LMS-Leader'), 'n2');
  }
  const path = '/v1/auth/login?x=1&y=%2F';
  const login = await api.app.request(path, { method: 'POST', headers: { Prefer: 'redirect' } });
  t.equal(login.headers.get('Location'), `http://n2.example:8001${path}`);
  const read = await api.request('GET /v1/me', { token, headers: { Prefer: 'redirect' } });
  t.equal(read.status, 200, 'reads stay');
  t.equal((await patch({ Prefer: 'return=minimal' })).status, 200, 'other preferences');
});

t.test('write_forwarding: redirect does the same for everybody', async (t) => {
  const { patch } = scene(t, FOLLOWS, { write_forwarding: 'redirect' });
  t.equal((await patch()).status, 307);
});

t.test('the leader itself answers', async (t) => {
  const { patch } = scene(t, {}, { write_forwarding: 'redirect' });
  t.equal((await patch({ Prefer: 'redirect' })).status, 200);
});

t.test('no leader to send to: 503, not applied', async (t) => {
  const { patch } = scene(t, ALONE);
  const response = await patch({ Prefer: 'redirect' });
  t.equal(response.status, 503);
  t.equal(response.headers.get('LMS-Leader'), null);
  t.match(await response.json(), { code: 'no_quorum', outcome: 'not_applied' });
});
