import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { until } from '../../../test/fixtures/until.ts';
import { DiskLowError, ProposalError, ReadError } from '../../raft/errors.ts';
import { TestApi } from '../testing.ts';
import { itemsOf } from '../testing-course.ts';

const path = 'GET /v1/cluster/backup';
const BYTES = Buffer.alloc(300_000, 'state');
const sha256 = createHash('sha256').update(BYTES).digest();

/** A node whose snapshots are files of `BYTES`, and its administrator. */
function setup(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const file = join(t.testdir(), 'snapshot.db');
  writeFileSync(file, BYTES);
  api.consensus.snapshot = () => {
    const { index, term } = api.machine.applied;
    const size_bytes = BYTES.length;
    return Promise.resolve({ index, term, path: file, size_bytes, sha256: sha256.toString('hex') });
  };
  return { api, file, token: api.user('root', 'admin').token };
}

/** Asks when what was sent before is let go of: that is not at once. */
function ask({ api, token }: ReturnType<typeof setup>, headers: Record<string, string> = {}) {
  return until('the one before to be over', async () => {
    const response = await api.request(path, { token, headers });
    if (response.status !== 503) return response;
    const { code } = (await response.clone().json()) as { code: string };
    return code === 'overloaded' ? undefined : response;
  });
}

function records({ api, token }: ReturnType<typeof setup>): Promise<object[]> {
  return itemsOf<object>(api.request('GET /v1/audit-events?kind=REQUEST_BACKUP', { token }));
}

t.test('the state is one file, with what it takes to check and to name it', async (t) => {
  const parts = setup(t);
  const { api, token } = parts;
  const response = await api.request(path, { token });
  t.equal(response.status, 200);
  const { index } = api.machine.applied;
  const headers = Object.fromEntries(response.headers);
  t.match(headers, {
    'lms-index': String(index),
    'lms-term': '1',
    'content-type': 'application/vnd.sqlite3',
    'content-length': String(BYTES.length),
    'content-disposition': `attachment; filename=tests-${index}.sqlite3`,
    'repr-digest': `sha-256=:${sha256.toString('base64')}:`,
    'cache-control': 'no-store',
  });
  t.ok(BYTES.equals(Buffer.from(await response.arrayBuffer())));
  t.match(await records(parts), [{ object_id: 'n1', code: 'ok' }]);
});

t.test('only administrators get it, and nobody else leaves a trace', async (t) => {
  const parts = setup(t);
  const { api, token } = parts;
  t.equal((await api.request(path)).status, 401);
  const ann = api.user('ann', 'instructor');
  t.equal((await api.request(path, { token: ann.token })).status, 403);
  t.equal((await api.request(`${path}?all=1`, { token })).status, 400);
  const headers = { 'LMS-Consistency': 'perhaps' };
  t.equal((await api.request(path, { token, headers })).status, 400);
  t.same(await records(parts), []);
});

t.test('one at a time: until it was sent, or the client left', async (t) => {
  const parts = setup(t);
  const { api, token } = parts;
  const first = await api.request(path, { token });
  const second = await api.request(path, { token });
  t.equal(second.status, 503);
  t.match(await second.json(), { code: 'overloaded' });
  await first.body?.cancel();
  const third = await ask(parts);
  t.equal((await third.arrayBuffer()).byteLength, BYTES.length);
  t.equal((await ask(parts)).status, 200);
});

t.test('HEAD says the same, and holds up nobody', async (t) => {
  const { api, token } = setup(t);
  const [, target = ''] = path.split(' ');
  const headers = { Authorization: `Bearer ${token}` };
  const head = await api.app.request(target, { method: 'HEAD', headers });
  t.equal(head.headers.get('content-length'), String(BYTES.length));
  t.equal(await head.text(), '');
  t.equal((await api.request(path, { token })).status, 200);
});

t.test('a snapshot that was begun before the request is not enough', async (t) => {
  const { api, token } = setup(t);
  const { snapshot } = api.consensus;
  const began = api.machine.applied.index;
  let calls = 0;
  api.consensus.snapshot = async () => {
    calls += 1;
    return calls === 1 ? { ...(await snapshot()), index: began } : await snapshot();
  };
  const response = await api.request(path, { token });
  t.equal(calls, 2);
  t.equal(response.headers.get('lms-index'), String(api.machine.applied.index));
  t.ok(api.machine.applied.index > began);
  await response.arrayBuffer();
});

t.test('the file goes on while it is sent, though it is removed meanwhile', async (t) => {
  const parts = setup(t);
  const response = await ask(parts);
  rmSync(parts.file);
  t.ok(BYTES.equals(Buffer.from(await response.arrayBuffer())));
  const gone = await ask(parts);
  t.equal(gone.status, 503);
  t.match(await gone.json(), { code: 'unavailable', detail: /ENOENT/ });
  writeFileSync(parts.file, BYTES);
  t.equal((await ask(parts)).status, 200, 'one that failed holds up nobody');
});

t.test('a disk that is low refuses it where it is, not where the leader is', async (t) => {
  const parts = setup(t);
  const { consensus } = parts.api;
  consensus.beforePropose = () =>
    Promise.reject(new ProposalError('disk_low', 'not_applied', 'full'));
  const sent = await ask(parts);
  t.equal(sent.status, 200);
  await sent.arrayBuffer();
  consensus.snapshot = () => Promise.reject(new DiskLowError());
  const refused = await ask(parts);
  t.equal(refused.status, 507);
  t.match(await refused.json(), { code: 'disk_low' });
});

t.test('without a majority there is none, but for what the node has', async (t) => {
  const parts = setup(t);
  const { consensus } = parts.api;
  consensus.beforeRead = () => Promise.reject(new ReadError('no_quorum', 'nobody answers'));
  consensus.beforePropose = () =>
    Promise.reject(new ProposalError('no_quorum', 'not_applied', 'nobody answers'));
  t.match(await (await ask(parts)).json(), { code: 'no_quorum' });
  const local = await ask(parts, { 'LMS-Consistency': 'local' });
  t.equal(local.status, 200);
  t.ok(BYTES.equals(Buffer.from(await local.arrayBuffer())));
});
