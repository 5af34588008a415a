import { createHash } from 'node:crypto';
import t from 'tap';
import type { TestApi } from '../testing.ts';
import { codeOf, metadata, TEXT, TUS, tusSite } from '../testing-tus.ts';

t.test('in parts: where it goes on, and a file at the end', async (t) => {
  const { api, begin, patch, head, contentOf } = tusSite(t);
  const about = metadata({ filename: '../../fox.md', filetype: 'text/plain' });
  const path = await begin(TEXT.length, { 'Upload-Metadata': about });
  t.match(path, /^\/v1\/uploads\/upl_/);
  const empty = await head(path);
  t.equal(empty.status, 200);
  t.equal(empty.headers.get('upload-offset'), '0');
  t.equal(empty.headers.get('upload-length'), String(TEXT.length));
  t.equal(empty.headers.get('upload-metadata'), about);
  t.equal(empty.headers.get('cache-control'), 'no-store');
  t.equal(empty.headers.get('tus-resumable'), '1.0.0');

  const first = await patch(path, 0, { body: TEXT.slice(0, 10) });
  t.equal(first.status, 204);
  t.equal(first.headers.get('upload-offset'), '10');
  t.equal(first.headers.get('lms-file-id'), null);
  t.ok(Date.parse(first.headers.get('upload-expires') ?? '') > Date.now());
  t.equal((await head(path)).headers.get('upload-offset'), '10');

  const last = await patch(path, 10, { body: TEXT.slice(10) });
  t.equal(last.status, 204);
  t.equal(last.headers.get('upload-offset'), String(TEXT.length));
  const file = last.headers.get('lms-file-id') ?? '';
  t.equal(await contentOf(file), TEXT);
  t.equal((await head(path)).headers.get('lms-file-id'), file);
  const described = await api.request(`GET /v1/files/${file}`, {
    token: api.session(apiUser(api, 'ann')),
  });
  t.match(await described.json(), {
    filename: 'fox.md',
    media_type: 'text/markdown',
    size_bytes: TEXT.length,
    sha256: createHash('sha256').update(TEXT).digest('hex'),
  });
  t.equal(api.blobs.staged.size, 0, 'nothing lies about');
});

function apiUser(api: TestApi, username: string): string {
  const row = api.machine.reader.get<{ id: string }>(
    'SELECT id FROM users WHERE username = ?',
    username,
  );
  return row?.id ?? '';
}

t.test('creation with upload: a part of it, or all', async (t) => {
  const { ask, head, contentOf } = tusSite(t);
  const headers = { ...TUS, 'Upload-Length': String(TEXT.length) };
  const whole = await ask('POST /v1/uploads', { headers, body: TEXT });
  t.equal(whole.status, 201);
  t.equal(whole.headers.get('upload-offset'), String(TEXT.length));
  t.equal(await contentOf(whole.headers.get('lms-file-id') ?? ''), TEXT);
  const begun = await ask('POST /v1/uploads', { headers, body: TEXT.slice(0, 5) });
  t.equal(begun.headers.get('upload-offset'), '5');
  t.equal((await head(begun.headers.get('location') ?? '')).headers.get('upload-offset'), '5');
});

t.test('with an Idempotency-Key a repeat begins nothing, and says how far it is', async (t) => {
  const { ask, patch } = tusSite(t);
  const headers = { ...TUS, 'Upload-Length': String(TEXT.length), 'Idempotency-Key': 'k1' };
  const first = await ask('POST /v1/uploads', { headers, body: TEXT.slice(0, 5) });
  const path = first.headers.get('location') ?? '';
  await patch(path, 5, { body: TEXT.slice(5, 9) });
  const again = await ask('POST /v1/uploads', { headers, body: TEXT.slice(0, 5) });
  t.equal(again.status, 201);
  t.equal(again.headers.get('location'), path);
  t.equal(again.headers.get('upload-offset'), '9');
  t.equal(again.headers.get('idempotency-replayed'), 'true');
  const other = await ask('POST /v1/uploads', { headers: { ...headers, 'Upload-Length': '7' } });
  t.equal(await codeOf(other), 'idempotency_key_reused');
});

t.test('an upload that is ended is gone', async (t) => {
  const { ask, begin, patch, head } = tusSite(t);
  const path = await begin(5);
  await patch(path, 0, { body: 'abc' });
  t.equal((await ask(`DELETE ${path}`, { headers: TUS })).status, 204);
  t.equal((await head(path)).status, 404);
  t.equal((await patch(path, 3, { body: 'de' })).status, 404);
});
