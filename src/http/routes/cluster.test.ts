import t from 'tap';
import { ReadError } from '../../raft/errors.ts';
import { TestApi } from '../testing.ts';

t.test('GET /v1/cluster tells everybody where the nodes are and how this one does', async (t) => {
  const api = new TestApi({ version: '1.2.3', started_at: Date.UTC(2026, 0, 2) });
  t.teardown(() => api.close());
  const response = await api.request('GET /v1/cluster');
  t.same(await response.json(), {
    node_id: 'n1',
    role: 'leader',
    leader_id: 'n1',
    term: 1,
    commit_index: 0,
    applied_index: 0,
    disk_low: false,
    founding: false,
    version: '1.2.3',
    started_at: '2026-01-02T00:00:00.000Z',
    nodes: [{ id: 'n1', api: 'http://127.0.0.1:8001', voter: true }],
  });
});

t.test('GET /v1/cluster answers without a majority', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  api.consensus.beforeRead = () => Promise.reject(new ReadError('no_quorum', 'alone'));
  api.consensus.overrides = { role: 'candidate', leader_id: null };
  const response = await api.request('GET /v1/cluster');
  t.equal(response.status, 200);
  t.match(await response.json(), { leader_id: null });
});

t.test('GET /v1/cluster/status is for administrators', async (t) => {
  const api = new TestApi({ version: '1.2.3', started_at: Date.UTC(2026, 0, 2) });
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  const ann = api.user('ann', 'instructor');
  const path = 'GET /v1/cluster/status';
  t.equal((await api.request(path)).status, 401);
  t.equal((await api.request(path, { token: ann.token })).status, 403);
  const { index } = api.machine.applied;
  api.consensus.overrides = { commit_index: index + 3, last_log_index: index + 5 };
  const response = await api.request(path, { token: root.token });
  t.match(await response.json(), {
    node_id: 'n1',
    role: 'leader',
    commit_index: index + 3,
    applied_index: index,
    last_log_index: index + 5,
    lag_entries: 3,
    disk_low: false,
    chain_hash: api.machine.chainHash,
    version: '1.2.3',
    started_at: '2026-01-02T00:00:00.000Z',
    members: [{ id: 'n1', raft: '127.0.0.1:9001', match_index: index, reachable: true }],
  });
});

t.test('a node says that its disk is low, to everybody and to administrators', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('root', 'admin');
  api.consensus.overrides = { disk_low: true };
  for (const path of ['GET /v1/cluster', 'GET /v1/cluster/status']) {
    t.match(await (await api.request(path, { token })).json(), { disk_low: true }, path);
  }
  t.match(await (await api.request('GET /metrics')).text(), /^lms_disk_low 1$/m);
});

t.test('POST /v1/cluster/snapshot is for administrators, and says what it took', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  const ann = api.user('ann', 'instructor');
  let taken = 0;
  api.consensus.snapshot = () => {
    taken += 1;
    return Promise.resolve({
      index: 12,
      term: 3,
      path: '/nowhere',
      size_bytes: 4096,
      sha256: 'a'.repeat(64),
    });
  };
  const path = 'POST /v1/cluster/snapshot';
  t.equal((await api.request(path)).status, 401);
  t.equal((await api.request(path, { token: ann.token })).status, 403);
  t.equal(taken, 0);
  const response = await api.request(path, { token: root.token });
  t.equal(response.status, 200);
  t.same(await response.json(), { index: 12, term: 3, size_bytes: 4096 });
});

t.test('a snapshot that cannot be written is a problem that passes', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  api.consensus.snapshot = () => Promise.reject(new Error('ENOSPC: no space left on device'));
  const response = await api.request('POST /v1/cluster/snapshot', { token: root.token });
  t.equal(response.status, 503);
  t.match(await response.json(), { code: 'unavailable', detail: /ENOSPC.*Nothing is lost/ });
});
