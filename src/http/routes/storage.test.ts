import t from 'tap';
import { TestApi } from '../testing.ts';

t.test('administrators see how the files do, nobody else', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  api.blobs.state = { ...api.blobs.state, damaged_total: 3, scrub_ended_at: 1_000 };
  const answer = await api.request('GET /v1/cluster/storage', { token: root.token });
  t.equal(answer.status, 200);
  t.match(await answer.json(), {
    missing_files: 0,
    damaged_total: 3,
    scrub_ended_at: '1970-01-01T00:00:01.000Z',
  });
  for (const role of ['instructor', 'student'] as const) {
    const { token } = api.user(role, role);
    t.equal((await api.request('GET /v1/cluster/storage', { token })).status, 403);
  }
  t.equal((await api.request('GET /v1/cluster/storage')).status, 401);
});

t.test('the same figures are metrics', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  api.blobs.state = { ...api.blobs.state, missing_files: 2, scrub_ended_at: 1_500 };
  const text = await (await api.request('GET /metrics')).text();
  t.match(text, /^lms_blobs_missing 2$/m);
  t.match(text, /^lms_blobs_damaged_total 0$/m);
  t.match(text, /^lms_blobs_scrub_ended_seconds 1.5$/m);
});
