import t from 'tap';
import { TestApi } from '../testing.ts';

t.test('/healthz: alive, whatever the cluster does', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  api.consensus.overrides = { role: 'candidate', leader_id: null };
  const response = await api.request('GET /healthz');
  t.equal(response.status, 200);
  t.same(await response.json(), { status: 'ok' });
});

t.test('/readyz: knows a leader and is not far behind', async (t) => {
  const api = new TestApi({ max_ready_lag_entries: 10 });
  t.teardown(() => api.close());
  const at = (commit: number, leader: string | null) => {
    api.consensus.overrides = { commit_index: commit, applied_index: 100, leader_id: leader };
    return api.request('GET /readyz');
  };
  const ready = await at(110, 'n2');
  t.equal(ready.status, 200);
  t.same(await ready.json(), { status: 'ready', leader_id: 'n2', lag_entries: 10 });
  const behind = await at(111, 'n2');
  t.equal(behind.status, 503);
  t.match(await behind.json(), { code: 'unavailable', detail: /11 committed entries/ });
  const alone = await at(110, null);
  t.equal(alone.status, 503);
  t.match(await alone.json(), { code: 'unavailable', detail: /leader/ });
  const members = ['n1', 'n2', 'n3'].map((id) => ({ id, reachable: id === 'n2' }));
  api.consensus.overrides = { leader_id: null, founding: true, members: members as never };
  const founding = await api.request('GET /readyz');
  t.match(await founding.json(), {
    detail: /all must be up together once.*: n3 cannot be reached yet/,
  });
});

t.test('/metrics: requests by operation, Raft and process', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  api.consensus.overrides = { term: 7 };
  await api.request('GET /v1/me');
  await api.request('GET /v1/me');
  await api.request('GET /no/such/path');
  const response = await api.request('GET /metrics');
  t.match(response.headers.get('Content-Type'), /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  t.match(text, 'lms_http_requests_total{operation_id="getMe",status="401"} 2\n');
  t.match(text, 'lms_http_requests_total{operation_id="none",status="404"} 1\n');
  t.match(text, 'lms_http_request_duration_seconds_count{operation_id="getMe"} 2\n');
  t.match(text, 'lms_raft_term 7\n');
  t.match(text, 'lms_raft_is_leader 1\n');
  t.match(text, 'lms_raft_members_reachable 1\n');
  t.match(text, /process_resident_memory_bytes \d{7,}/);
  t.notMatch(text, '/no/such/path');
});
