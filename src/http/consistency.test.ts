import t, { type Test } from 'tap';
import { ReadError } from '../raft/errors.ts';
import { TestApi } from './testing.ts';

function scene(t: Test, settings = {}) {
  const api = new TestApi(settings);
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student');
  const get = (headers: Record<string, string> = {}) =>
    api.request('GET /v1/me', { token, headers });
  return { api, token, get };
}

t.test('a read waits for the barrier, unless it asks for local', async (t) => {
  const { api, get } = scene(t);
  let barriers = 0;
  api.consensus.beforeRead = () => {
    barriers += 1;
    return Promise.resolve();
  };
  t.equal((await get()).status, 200);
  t.equal(barriers, 1, 'once, for session and data');
  t.equal((await get({ 'LMS-Consistency': 'linearizable' })).status, 200);
  t.equal(barriers, 2);
  t.equal((await get({ 'LMS-Consistency': 'local' })).status, 200);
  t.equal(barriers, 2);
});

t.test('without a majority: 503, and local still answers', async (t) => {
  const { api, get } = scene(t);
  api.consensus.beforeRead = () => Promise.reject(new ReadError('no_quorum', 'no majority'));
  const response = await get();
  t.equal(response.status, 503);
  t.equal(response.headers.get('Retry-After'), '1');
  t.match(await response.json(), { code: 'no_quorum', retryable: true, detail: /local/ });
  t.equal((await get({ 'LMS-Consistency': 'local' })).status, 200);
});

t.test('a node that stops says unavailable', async (t) => {
  const { api, get } = scene(t);
  api.consensus.beforeRead = () => Promise.reject(new ReadError('closed', 'stopping'));
  const response = await get();
  t.equal(response.status, 503);
  t.match(await response.json(), { code: 'unavailable' });
});

t.test('LMS-Index is the state that was read; LMS-Min-Index waits for it', async (t) => {
  const { api, get } = scene(t);
  const index = api.machine.applied.index;
  t.equal((await get()).headers.get('LMS-Index'), String(index));
  const local = { 'LMS-Consistency': 'local' };
  t.equal((await get({ ...local, 'LMS-Min-Index': String(index) })).status, 200);
  const ahead = await get({ ...local, 'LMS-Min-Index': String(index + 1) });
  t.equal(ahead.status, 503);
  t.match(await ahead.json(), { detail: /LMS-Min-Index/ }, 'it has asked for local already');
});

t.test('values that these headers cannot have', async (t) => {
  const { get } = scene(t);
  const bad: Record<string, string>[] = [
    { 'LMS-Consistency': 'eventual' },
    { 'LMS-Consistency': '' },
    { 'LMS-Min-Index': '-1' },
    { 'LMS-Min-Index': '1.5' },
    { 'LMS-Min-Index': '1e3' },
    { 'LMS-Min-Index': '9'.repeat(16) },
    { 'LMS-Timeout-Ms': '99' },
    { 'LMS-Timeout-Ms': '60001' },
    { 'LMS-Timeout-Ms': 'soon' },
  ];
  for (const headers of bad) {
    const response = await get(headers);
    const [name = ''] = Object.keys(headers);
    t.equal(response.status, 400, JSON.stringify(headers));
    t.match(await response.json(), { code: 'invalid_header', detail: new RegExp(name) });
  }
});

t.test('the deadline is the request’s, else the operator’s', async (t) => {
  const { api, token, get } = scene(t, { deadline_ms: 5_000 });
  const given: number[] = [];
  api.consensus.readBarrier = (timeoutMs) => {
    given.push(timeoutMs);
    return Promise.resolve();
  };
  const { propose } = api.consensus;
  api.consensus.propose = (request) => {
    given.push(request.timeoutMs);
    return propose.call(api.consensus, request);
  };
  await get();
  await get({ 'LMS-Timeout-Ms': '60000' });
  const headers = { 'LMS-Timeout-Ms': '30000' };
  await api.request('PATCH /v1/me', { token, headers, body: { display_name: 'x' } });
  const [usual = 0, long = 0, write = 0] = given;
  t.ok(usual > 0 && usual <= 5_000, String(usual));
  t.ok(long > 50_000 && long <= 60_000, String(long));
  t.ok(write > 20_000 && write <= 30_000, String(write));
});
