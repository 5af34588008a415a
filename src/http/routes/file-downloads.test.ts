import t from 'tap';
import { fileOf, fileSite, PDF, sha256 } from '../testing-files.ts';

t.test('a file is its uploader’s until it is attached', async (t) => {
  const { api, ann, bob, upload } = fileSite(t);
  const root = api.user('root', 'admin');
  const { id } = await fileOf(await upload(bob, { body: PDF }));
  for (const [user, status] of [
    [bob, 200],
    [root, 200],
    [ann, 404],
  ] as const) {
    for (const path of [`/v1/files/${id}`, `/v1/files/${id}/content`]) {
      const answer = await api.request(`GET ${path}`, { token: user.token });
      t.equal(answer.status, status, path);
      await answer.text();
    }
  }
  const none = await api.request('GET /v1/files/fil_none', { token: ann.token });
  const foreign = await api.request(`GET /v1/files/${id}`, { token: ann.token });
  const detail = async (answer: Response) => ((await answer.json()) as { detail: string }).detail;
  t.equal(await detail(none), await detail(foreign));
  t.equal((await api.request(`GET /v1/files/${id}/content`)).status, 401);
});

t.test('a download cannot run, be guessed at, or be kept without asking again', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const { id } = await fileOf(
    await upload(ann, { body: '<script>alert(1)</script>', query: '?filename=%22x%22;a.html' }),
  );
  const { headers } = await api.request(`GET /v1/files/${id}/content`, { token: ann.token });
  t.equal(headers.get('Content-Type'), 'text/html');
  t.equal(headers.get('X-Content-Type-Options'), 'nosniff');
  t.match(headers.get('Content-Security-Policy'), /sandbox/);
  t.match(headers.get('Content-Security-Policy'), /default-src 'none'/);
  t.equal(headers.get('Content-Disposition'), 'attachment; filename="\\"x\\";a.html"');
  t.equal(headers.get('Cache-Control'), 'private, no-cache');
});

t.test('ETag and If-None-Match', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const { id } = await fileOf(await upload(ann, { body: PDF }));
  const target = `GET /v1/files/${id}/content`;
  const tag = `"${sha256(PDF)}"`;
  const whole = await api.request(target, { token: ann.token });
  t.equal(whole.headers.get('ETag'), tag);
  t.equal(whole.headers.get('Repr-Digest'), `sha-256=:${sha256(PDF, 'base64')}:`);
  await whole.text();
  const same = await api.request(target, { token: ann.token, headers: { 'If-None-Match': tag } });
  t.equal(same.status, 304);
  t.equal(same.headers.get('ETag'), tag);
  t.equal(await same.text(), '');
  const other = await api.request(target, {
    token: ann.token,
    headers: { 'If-None-Match': '"x"' },
  });
  t.equal(await other.text(), PDF);
  t.equal(api.blobs.opened.size, 0);
});

t.test('one range; none that exists; another version; HEAD', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const { id } = await fileOf(await upload(ann, { body: '0123456789' }));
  const ask = (headers: Record<string, string>, method = 'GET') =>
    api.request(`${method} /v1/files/${id}/content`, { token: ann.token, headers });
  const part = await ask({ Range: 'bytes=2-4' });
  t.equal(part.status, 206);
  t.equal(part.headers.get('Content-Range'), 'bytes 2-4/10');
  t.equal(part.headers.get('Content-Length'), '3');
  t.equal(await part.text(), '234');
  const beyond = await ask({ Range: 'bytes=10-' });
  t.equal(beyond.status, 416);
  t.equal(beyond.headers.get('Content-Range'), 'bytes */10');
  t.match(await beyond.json(), { code: 'range_not_satisfiable' });
  const several = await ask({ Range: 'bytes=0-1,4-5' });
  t.equal(several.status, 200);
  t.equal(await several.text(), '0123456789');
  const stale = await ask({ Range: 'bytes=2-4', 'If-Range': '"old"' });
  t.equal(stale.status, 200);
  await stale.text();
  const fresh = await ask({ Range: 'bytes=2-4', 'If-Range': `"${sha256('0123456789')}"` });
  t.equal(await fresh.text(), '234');
  const head = await ask({ Range: 'bytes=2-4' }, 'HEAD');
  t.equal(head.status, 200);
  t.equal(head.headers.get('Content-Length'), '10');
  t.equal(await head.text(), '');
  t.equal(api.blobs.opened.size, 0, 'every opened blob was closed');
});

t.test('bytes that are nowhere whole are 503, never wrong', async (t) => {
  const { api, ann, upload } = fileSite(t);
  const { id } = await fileOf(await upload(ann, { body: PDF }));
  api.blobs.kept.clear();
  const answer = await api.request(`GET /v1/files/${id}/content`, { token: ann.token });
  t.equal(answer.status, 503);
  t.match(await answer.json(), { code: 'file_unavailable', retryable: true });
  t.equal(answer.headers.get('ETag'), null);
});
