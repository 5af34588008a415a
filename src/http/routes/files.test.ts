import { createHash } from 'node:crypto';
import t from 'tap';
import { NoBlobMajority } from '../../lms/blobs/majority-writer.ts';
import type { FileResource } from '../../lms/queries/files.ts';
import { TestApi, type TestUser } from '../testing.ts';
import { checkAnswer } from '../testing-answers.ts';

const PDF = '%PDF-1.7\nnot much of one\n';

interface Sent {
  readonly body: string | Uint8Array | FormData | ReadableStream<Uint8Array>;
  readonly headers?: Record<string, string>;
  readonly query?: string;
}

function site(t: { teardown(run: () => void): void }, maxFileBytes = 1_000_000) {
  const api = new TestApi({ max_file_bytes: maxFileBytes });
  t.teardown(() => api.close());
  const ann = api.user('ann', 'instructor');
  const bob = api.user('bob', 'student');
  const upload = async (user: TestUser, { body, headers = {}, query = '' }: Sent) => {
    const answer = await api.app.request(`/v1/files${query}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${user.token}`, ...headers },
      body: body as string,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    });
    await checkAnswer(api.app, 'POST', '/v1/files', answer);
    return answer;
  };
  return { api, ann, bob, upload };
}

async function fileOf(answer: Response): Promise<FileResource> {
  return (await answer.json()) as FileResource;
}

function sha256(text: string | Uint8Array, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash('sha256').update(text).digest(encoding);
}

function form(...files: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, text] of files) data.append('file', new Blob([text]), name);
  return data;
}

t.test('the body itself: kept, described, read back', async (t) => {
  const { api, ann, upload } = site(t);
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
  const { ann, upload } = site(t);
  const answer = await upload(ann, { body: form(['übung.md', '# Raft']) });
  t.equal(answer.status, 201);
  t.match(await answer.json(), {
    filename: 'übung.md',
    media_type: 'text/markdown',
    size_bytes: 6,
  });
});

t.test('a form with a large file in many pieces', async (t) => {
  const { api, ann, upload } = site(t);
  const text = 'quorum '.repeat(100_000);
  const answer = await upload(ann, { body: form(['big.txt', text]) });
  t.match(await answer.json(), { sha256: sha256(text), size_bytes: text.length });
  t.equal(api.blobs.kept.get(sha256(text))?.toString(), text);
});

const NAMES: readonly [string, Sent, string][] = [
  ['none', { body: 'x' }, 'unnamed'],
  ['query', { body: 'x', query: '?filename=a.txt' }, 'a.txt'],
  [
    'header',
    { body: 'x', headers: { 'Content-Disposition': 'attachment; filename="b.txt"' } },
    'b.txt',
  ],
  [
    'header with an extended name',
    {
      body: 'x',
      headers: { 'Content-Disposition': "attachment; filename=x; filename*=UTF-8''%E4%BD%9C.txt" },
    },
    '作.txt',
  ],
  [
    'query before header',
    {
      body: 'x',
      query: '?filename=q',
      headers: { 'Content-Disposition': 'attachment; filename=h' },
    },
    'q',
  ],
  ['a path', { body: 'x', query: '?filename=../../etc/passwd' }, 'passwd'],
  ['a path in a form', { body: form(['..\\..\\boot.ini', 'x']) }, 'boot.ini'],
  ['control characters', { body: 'x', query: '?filename=a%0D%0Ab%01.txt' }, 'ab.txt'],
  [
    '300 letters',
    { body: 'x', query: `?filename=${'y'.repeat(300)}.txt` },
    `${'y'.repeat(251)}.txt`,
  ],
];

for (const [name, sent, filename] of NAMES) {
  t.test(`name: ${name}`, async (t) => {
    const { api, ann, upload } = site(t);
    const answer = await upload(ann, sent);
    t.equal(answer.status, 201);
    const file = await fileOf(answer);
    t.equal(file.filename, filename);
    const content = await api.request(`GET /v1/files/${file.id}/content`, { token: ann.token });
    t.match(content.headers.get('Content-Disposition'), /^attachment; filename=/);
    await content.text();
  });
}

const BOUNDARY = { 'Content-Type': 'multipart/form-data; boundary=b' };
const REFUSED: readonly [name: string, Sent, status: number, code: string][] = [
  ['empty', { body: '' }, 422, 'invalid_value'],
  ['too large', { body: 'x'.repeat(101) }, 413, 'payload_too_large'],
  ['too large in a form', { body: form(['a', 'x'.repeat(101)]) }, 413, 'payload_too_large'],
  ['two files', { body: form(['a', 'x'], ['b', 'y']) }, 400, 'invalid_request'],
  ['no file', { body: '--b--\r\n', headers: BOUNDARY }, 400, 'invalid_request'],
  [
    'no boundary',
    { body: 'x', headers: { 'Content-Type': 'multipart/form-data' } },
    400,
    'invalid_request',
  ],
  [
    'half a form',
    {
      body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
      headers: BOUNDARY,
    },
    400,
    'invalid_request',
  ],
  [
    'a field beside the file',
    {
      body: '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n',
      headers: BOUNDARY,
    },
    400,
    'unknown_field',
  ],
  [
    'another digest',
    { body: 'x', headers: { 'Content-Digest': `sha-256=:${sha256('y', 'base64')}:` } },
    422,
    'digest_mismatch',
  ],
  ['no digest', { body: 'x', headers: { 'Content-Digest': 'sha-256=abc' } }, 400, 'invalid_header'],
  ['only MD5', { body: 'x', headers: { 'Content-Digest': 'md5=:AAAA:' } }, 400, 'invalid_header'],
  ['unknown parameter', { body: 'x', query: '?name=a' }, 400, 'unknown_field'],
];

for (const [name, sent, status, code] of REFUSED) {
  t.test(`refused, and nothing is left: ${name}: ${code}`, async (t) => {
    const { api, ann, upload } = site(t, 100);
    const before = api.machine.applied.index;
    const answer = await upload(ann, sent);
    t.equal(answer.status, status);
    t.match(await answer.json(), { code });
    t.equal(api.blobs.staged.size, 0);
    t.equal(api.blobs.kept.size, 0);
    t.equal(api.machine.applied.index, before, 'no command was proposed');
  });
}

t.test('exactly as large as allowed', async (t) => {
  const { ann, upload } = site(t, 100);
  t.equal((await upload(ann, { body: 'x'.repeat(100) })).status, 201);
  t.equal((await upload(ann, { body: form(['a', 'x'.repeat(100)]) })).status, 201);
});

t.test('a stream without a length is cut at the limit', async (t) => {
  const { api, ann, upload } = site(t, 100_000);
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(10_000).fill(65));
    },
  });
  const answer = await upload(ann, { body: endless });
  t.equal(answer.status, 413);
  t.match(await answer.json(), { max_bytes: 100_000 });
  t.ok(pulled < 20, `${pulled} pieces were read`);
  t.equal(api.blobs.staged.size, 0);
});

t.test('an announced length beyond the limit is refused unread', async (t) => {
  const { api, ann, upload } = site(t, 100);
  api.blobs.stage = () => t.fail('nothing was to be read') as never;
  const answer = await upload(ann, { body: 'x', headers: { 'Content-Length': '101' } });
  t.equal(answer.status, 413);
});

t.test('the right digest is accepted, for a body and for a form as it is sent', async (t) => {
  const { ann, upload } = site(t);
  const digest = (body: string) => ({
    'Content-Digest': `sha-512=:AA==:, sha-256=:${sha256(body, 'base64')}:`,
  });
  t.equal((await upload(ann, { body: PDF, headers: digest(PDF) })).status, 201);
  const body =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nwhole\r\n--b--\r\n';
  const ok = await upload(ann, { body, headers: { ...BOUNDARY, ...digest(body) } });
  t.equal(ok.status, 201);
  t.match(await ok.json(), { size_bytes: 5 });
  const bad = await upload(ann, { body, headers: { ...BOUNDARY, ...digest('whole') } });
  t.equal(bad.status, 422);
});

t.test('a JSON file is a file, broken or large as it may be', async (t) => {
  const { ann, upload } = site(t, 3_000_000);
  const headers = { 'Content-Type': 'application/json' };
  const broken = await upload(ann, { body: '{"broken', headers, query: '?filename=a.json' });
  t.equal(broken.status, 201);
  t.match(await broken.json(), { media_type: 'application/json' });
  const large = await upload(ann, { body: `"${'x'.repeat(2_000_000)}"`, headers });
  t.equal(large.status, 201);
});

t.test('without a majority: 503, not applied, no command, and a retry is told how', async (t) => {
  const { api, ann, upload } = site(t);
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
  const { api, ann, upload } = site(t);
  let kept = -1;
  api.consensus.beforePropose = async () => {
    kept = api.blobs.kept.size;
  };
  await upload(ann, { body: PDF });
  t.equal(kept, 1);
});

t.test('a full disk is 507', async (t) => {
  const { api, ann, upload } = site(t);
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  api.blobs.beforeKeep = () => Promise.reject(full);
  t.equal((await upload(ann, { body: PDF })).status, 507);
});

t.test('a repeat with the same key is one file; other bytes or another name are not', async (t) => {
  const { api, ann, upload } = site(t);
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

t.test('a file is its uploader’s until it is attached', async (t) => {
  const { api, ann, bob, upload } = site(t);
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
  const { api, ann, upload } = site(t);
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
  const { api, ann, upload } = site(t);
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
  const { api, ann, upload } = site(t);
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
  const { api, ann, upload } = site(t);
  const { id } = await fileOf(await upload(ann, { body: PDF }));
  api.blobs.kept.clear();
  const answer = await api.request(`GET /v1/files/${id}/content`, { token: ann.token });
  t.equal(answer.status, 503);
  t.match(await answer.json(), { code: 'file_unavailable', retryable: true });
  t.equal(answer.headers.get('ETag'), null);
});
