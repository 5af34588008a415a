import t from 'tap';
import { NoBlobMajority } from '../../lms/blobs/majority-writer.ts';
import { fileOf, fileSite, form, PDF, sha256 } from '../testing-files.ts';

t.test('the body itself: kept, described, read back', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const answer = await upload(ann, {
    body: PDF,
    query: '?filename=essay.pdf',
    headers: { 'Content-Type': 'application/pdf' },
  });
  t.equal(answer.status, 201);
  const file = await fileOf(answer);
  t.match(file, {
    sha256: sha256(PDF),
    size_bytes: PDF.length,
    media_type: 'application/pdf',
    filename: 'essay.pdf',
    uploaded_by: ann.id,
  });
  t.equal(answer.headers.get('Location'), `/v1/files/${file.id}`);
  const about = await api.request(`GET /v1/files/${file.id}`, { token: ann.token });
  t.same(await about.json(), file);
  const content = await api.request(`GET /v1/files/${file.id}/content`, { token: ann.token });
  t.equal(content.status, 200);
  t.equal(await content.text(), PDF);
  t.equal(api.blobs.staged.size, 0);
});

t.test('one file of a form', async (t) => {
  const { ann, upload } = fileSite(t);
  const answer = await upload(ann, { body: form(['übung.md', '# Raft']) });
  t.equal(answer.status, 201);
  t.match(await answer.json(), {
    filename: 'übung.md',
    media_type: 'text/markdown',
    size_bytes: 6,
  });
});

t.test('a form with a large file in many pieces', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const text = 'quorum '.repeat(100_000);
  const answer = await upload(ann, { body: form(['big.txt', text]) });
  t.match(await answer.json(), { sha256: sha256(text), size_bytes: text.length });
  t.equal(api.blobs.kept.get(sha256(text))?.toString(), text);
});

t.test('a JSON file is a file, broken or large as it may be', async (t) => {
  const { ann, upload } = fileSite(t, 3_000_000);
  const headers = { 'Content-Type': 'application/json' };
  const broken = await upload(ann, { body: '{"broken', headers, query: '?filename=a.json' });
  t.equal(broken.status, 201);
  t.match(await broken.json(), { media_type: 'application/json' });
  const large = await upload(ann, { body: `"${'x'.repeat(2_000_000)}"`, headers });
  t.equal(large.status, 201);
});

t.test('without a majority: 503, not applied, no command, and a retry is told how', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const before = api.machine.applied.index;
  api.blobs.beforeKeep = () => Promise.reject(new NoBlobMajority(1, 2));
  const answer = await upload(ann, { body: PDF });
  t.equal(answer.status, 503);
  t.equal(answer.headers.get('Retry-After'), '1');
  t.match(await answer.json(), { code: 'no_quorum', outcome: 'not_applied', retryable: true });
  t.equal(api.machine.applied.index, before);
  t.equal(api.blobs.staged.size, 0);
});

t.test('the bytes are on a majority before the command is proposed', async (t) => {
  const { api, ann, upload } = fileSite(t);
  let kept = -1;
  api.consensus.beforePropose = async () => {
    kept = api.blobs.kept.size;
  };
  await upload(ann, { body: PDF });
  t.equal(kept, 1);
});

t.test('a full disk is 507', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  api.blobs.beforeKeep = () => Promise.reject(full);
  t.equal((await upload(ann, { body: PDF })).status, 507);
});

t.test('a repeat with the same key is one file; other bytes or another name are not', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const headers = { 'Idempotency-Key': 'k1' };
  const first = await fileOf(await upload(ann, { body: PDF, query: '?filename=a', headers }));
  const again = await upload(ann, { body: PDF, query: '?filename=a', headers });
  t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  t.same(await again.json(), first);
  for (const sent of [
    { body: 'other', query: '?filename=a', headers },
    { body: PDF, query: '?filename=b', headers },
  ]) {
    const refused = await upload(ann, sent);
    t.equal(refused.status, 422);
    t.match(await refused.json(), { code: 'idempotency_key_reused' });
  }
  t.same(api.machine.reader.get('SELECT count(*) AS files FROM files'), { files: 1 });
});
