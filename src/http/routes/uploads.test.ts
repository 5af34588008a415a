import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { NoBlobMajority } from '../../lms/blobs/majority-writer.ts';
import { uploadPartBytes } from '../limits.ts';
import type { ApiSettings } from '../settings.ts';
import { TestApi } from '../testing.ts';

const TUS = { 'Tus-Resumable': '1.0.0' };
const TEXT = 'The quick brown fox jumps over the lazy dog.';

function hash(algorithm: string, text: string | Uint8Array): string {
  return createHash(algorithm).update(text).digest('base64');
}

function metadata(pairs: Record<string, string>): string {
  const encoded = Object.entries(pairs).map(
    ([k, v]) => `${k} ${Buffer.from(v).toString('base64')}`,
  );
  return encoded.join(',');
}

interface Sent {
  readonly token?: string;
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array>;
  readonly headers?: Record<string, string>;
}

function site(t: Test, settings: Partial<ApiSettings> = {}) {
  const api = new TestApi(settings);
  t.teardown(() => api.close());
  const ann = api.user('ann', 'student');
  const bob = api.user('bob', 'student');
  const ask = (target: string, { token = ann.token, body, headers = {} }: Sent = {}) => {
    const [method = '', path = ''] = target.split(' ');
    const isStream = body instanceof ReadableStream;
    // Bodies that are no text, and answers without one, are not for the helper.
    if (method !== 'HEAD' && (body === undefined || typeof body === 'string')) {
      return api.request(target, {
        token,
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/offset+octet-stream' }),
          ...headers,
        },
        ...(body !== undefined && { body }),
      });
    }
    return api.app.request(path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/offset+octet-stream',
        ...headers,
      },
      body: body as string,
      ...(isStream && { duplex: 'half' }),
    } as RequestInit);
  };
  const begin = async (length: number, headers: Record<string, string> = {}) => {
    const answer = await ask('POST /v1/uploads', {
      headers: { ...TUS, 'Upload-Length': String(length), ...headers },
    });
    t.equal(answer.status, 201);
    return answer.headers.get('location') ?? '';
  };
  const patch = (path: string, offset: number, sent: Sent) =>
    ask(`PATCH ${path}`, {
      ...sent,
      headers: { ...TUS, 'Upload-Offset': String(offset), ...sent.headers },
    });
  const head = (path: string, sent: Sent = {}) => ask(`HEAD ${path}`, { headers: TUS, ...sent });
  const contentOf = async (fileId: string) => {
    const answer = await ask(`GET /v1/files/${fileId}/content`);
    return Buffer.from(await answer.arrayBuffer()).toString();
  };
  return { api, ann, bob, ask, begin, patch, head, contentOf };
}

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}

t.test('what is understood is told to anybody', async (t) => {
  const { api } = site(t, { max_file_bytes: 1234 });
  const answer = await api.request('OPTIONS /v1/uploads');
  t.equal(answer.status, 204);
  t.equal(answer.headers.get('tus-version'), '1.0.0');
  t.equal(answer.headers.get('tus-max-size'), '1234');
  t.equal(
    answer.headers.get('tus-extension'),
    'creation,creation-with-upload,expiration,checksum,termination',
  );
  t.match(answer.headers.get('tus-checksum-algorithm'), /^sha1,/);
});

t.test('in parts: where it goes on, and a file at the end', async (t) => {
  const { api, begin, patch, head, contentOf } = site(t);
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
  const { ask, head, contentOf } = site(t);
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
  const { ask, patch } = site(t);
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

const REFUSED: readonly [
  name: string,
  target: (path: string) => string,
  headers: Record<string, string>,
  status: number,
  code: string,
][] = [
  ['no version', () => 'POST /v1/uploads', { 'Upload-Length': '5' }, 412, 'tus_version'],
  [
    'another version',
    (path) => `PATCH ${path}`,
    { 'Tus-Resumable': '0.2.2', 'Upload-Offset': '0' },
    412,
    'tus_version',
  ],
  ['no length', () => 'POST /v1/uploads', TUS, 400, 'invalid_header'],
  [
    'a length to come later',
    () => 'POST /v1/uploads',
    { ...TUS, 'Upload-Defer-Length': '1' },
    400,
    'invalid_header',
  ],
  [
    'a negative length',
    () => 'POST /v1/uploads',
    { ...TUS, 'Upload-Length': '-1' },
    400,
    'invalid_header',
  ],
  [
    'too large',
    () => 'POST /v1/uploads',
    { ...TUS, 'Upload-Length': '1001' },
    413,
    'payload_too_large',
  ],
  ['empty', () => 'POST /v1/uploads', { ...TUS, 'Upload-Length': '0' }, 422, 'invalid_value'],
  [
    'metadata twice',
    () => 'POST /v1/uploads',
    { ...TUS, 'Upload-Length': '5', 'Upload-Metadata': 'a YQ==,a YQ==' },
    400,
    'invalid_header',
  ],
  [
    'metadata that are not base64',
    () => 'POST /v1/uploads',
    { ...TUS, 'Upload-Length': '5', 'Upload-Metadata': 'a ?' },
    400,
    'invalid_header',
  ],
  ['no offset', (path) => `PATCH ${path}`, TUS, 400, 'invalid_header'],
  [
    'another offset',
    (path) => `PATCH ${path}`,
    { ...TUS, 'Upload-Offset': '1' },
    409,
    'wrong_offset',
  ],
  [
    'another type',
    (path) => `PATCH ${path}`,
    { ...TUS, 'Upload-Offset': '0', 'Content-Type': 'text/plain' },
    415,
    'unsupported_media_type',
  ],
  [
    'an unknown checksum',
    (path) => `PATCH ${path}`,
    { ...TUS, 'Upload-Offset': '0', 'Upload-Checksum': 'crc32 AAAA' },
    400,
    'invalid_header',
  ],
  [
    'no such upload',
    () => 'PATCH /v1/uploads/upl_x',
    { ...TUS, 'Upload-Offset': '0' },
    404,
    'not_found',
  ],
  ['nothing to end', () => 'DELETE /v1/uploads/upl_x', TUS, 404, 'not_found'],
];

for (const [name, target, headers, status, code] of REFUSED) {
  t.test(`refused: ${name}: ${status} ${code}`, async (t) => {
    const { ask, begin, head } = site(t, { max_file_bytes: 1000 });
    const path = await begin(5);
    const asked = target(path);
    const answer = await ask(asked, {
      headers,
      ...(asked.startsWith('PATCH') && { body: 'abcde' }),
    });
    t.equal(answer.status, status);
    t.equal(await codeOf(answer), code);
    t.equal(answer.headers.get('tus-resumable'), '1.0.0');
    if (code === 'tus_version') t.equal(answer.headers.get('tus-version'), '1.0.0');
    t.equal((await head(path)).headers.get('upload-offset'), '0');
  });
}

t.test('HEAD without the version is refused, GET is for everybody', async (t) => {
  const { ask, begin } = site(t);
  const path = await begin(5);
  t.equal((await ask(`HEAD ${path}`)).status, 412);
  const answer = await ask(`GET ${path}`);
  t.match(await answer.json(), { offset_bytes: 0, size_bytes: 5, file_id: null });
});

t.test('an upload is its owner’s alone', async (t) => {
  const { api, bob, ask, begin, patch } = site(t);
  const path = await begin(5);
  const root = api.user('root', 'admin');
  for (const { token } of [bob, root]) {
    t.equal((await ask(`HEAD ${path}`, { token, headers: TUS })).status, 404);
    t.equal((await ask(`DELETE ${path}`, { token, headers: TUS })).status, 404);
    t.equal((await patch(path, 0, { token, body: 'abc' })).status, 404);
  }
  const nobody = await api.request(`GET ${path}`);
  t.equal(nobody.status, 401);
});

t.test('checksums: a part that fails leaves nothing', async (t) => {
  const { api, begin, patch, head } = site(t);
  for (const algorithm of ['sha1', 'sha256', 'sha512', 'md5']) {
    const path = await begin(TEXT.length);
    const good = { 'Upload-Checksum': `${algorithm} ${hash(algorithm, 'The quick ')}` };
    const bad = await patch(path, 0, { body: 'The quick_', headers: good });
    t.equal(bad.status, 460, algorithm);
    t.equal(await codeOf(bad), 'checksum_mismatch');
    t.equal((await head(path)).headers.get('upload-offset'), '0');
    t.equal((await patch(path, 0, { body: 'The quick ', headers: good })).status, 204);
  }
  const path = await begin(TEXT.length);
  const digest = { 'Content-Digest': `sha-256=:${hash('sha256', TEXT)}:` };
  t.equal((await patch(path, 0, { body: 'other', headers: digest })).status, 460, 'RFC 9530 too');
  t.equal((await patch(path, 0, { body: TEXT, headers: digest })).status, 204);
  t.equal(api.blobs.staged.size, 0);
});

t.test('the whole must have the digest that was announced', async (t) => {
  const { api, begin, patch, head } = site(t);
  const sha256 = createHash('sha256').update(TEXT).digest('hex');
  const path = await begin(TEXT.length, { 'Upload-Metadata': metadata({ sha256 }) });
  await patch(path, 0, { body: TEXT.slice(0, 4) });
  const other = await patch(path, 4, { body: TEXT.slice(4).toUpperCase() });
  t.equal(await codeOf(other), 'digest_mismatch');
  t.equal((await head(path)).headers.get('upload-offset'), '4');
  t.equal((await patch(path, 4, { body: TEXT.slice(4) })).status, 204);
  t.equal(api.blobs.staged.size, 0);
});

/** A body that breaks off after these bytes. */
function broken(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.error(new Error('the client is gone'));
      else controller.enqueue(Buffer.from(piece));
    },
  });
}

t.test('what came of a body that breaks off is kept', async (t) => {
  const { api, begin, patch, head, contentOf } = site(t);
  const path = await begin(TEXT.length);
  t.equal((await patch(path, 0, { body: broken('The ', 'quick') })).status, 400);
  t.equal((await head(path)).headers.get('upload-offset'), '9');
  const sum = { 'Upload-Checksum': `sha1 ${hash('sha1', TEXT.slice(9))}` };
  await patch(path, 9, { body: broken(' brown'), headers: sum });
  t.equal((await head(path)).headers.get('upload-offset'), '9', 'unless it had to be whole');
  const last = await patch(path, 9, { body: broken(TEXT.slice(9)) });
  t.equal(last.status, 400, 'all bytes came; that nothing follows did not');
  const done = await head(path);
  t.equal(done.headers.get('upload-offset'), String(TEXT.length));
  t.equal(await contentOf(done.headers.get('lms-file-id') ?? ''), TEXT);
  t.equal(api.blobs.staged.size, 0);
});

t.test('a long body is recorded in parts, each as soon as a majority has it', async (t) => {
  const { api, begin, patch, head } = site(t);
  const bytes = Buffer.alloc(2 * uploadPartBytes + 5, 'ab');
  const path = await begin(bytes.length + 1);
  await patch(path, 0, { body: broken(bytes.subarray(0, 100), bytes.subarray(100)) });
  t.equal((await head(path)).headers.get('upload-offset'), String(bytes.length));
  t.same(
    api.machine.reader.all('SELECT size_bytes FROM upload_parts ORDER BY from_bytes'),
    [uploadPartBytes, uploadPartBytes, 5].map((size_bytes) => ({ size_bytes })),
  );
  const last = await patch(path, bytes.length, { body: 'c' });
  const file = last.headers.get('lms-file-id');
  const sha256 = createHash('sha256').update(bytes).update('c').digest('hex');
  t.match(api.machine.reader.get(`SELECT sha256, id FROM files`), { sha256, id: file });
});

t.test('more than was announced: refused before it is read, or where it is seen', async (t) => {
  const { api, begin, patch, head } = site(t);
  const path = await begin(5);
  const announced = await patch(path, 0, { body: 'abcdef', headers: { 'Content-Length': '6' } });
  t.equal(announced.status, 413);
  const streamed = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from('abcde'));
      controller.enqueue(Buffer.from('f'));
      controller.close();
    },
  });
  t.equal((await patch(path, 0, { body: streamed })).status, 413);
  t.equal((await head(path)).headers.get('upload-offset'), '0');
  t.equal(api.blobs.staged.size, 0);
});

t.test('without a majority nothing is recorded, and the client may go on later', async (t) => {
  const { api, begin, patch, head, contentOf } = site(t);
  const path = await begin(TEXT.length);
  await patch(path, 0, { body: TEXT.slice(0, 4) });
  api.blobs.beforeKeep = () => Promise.reject(new NoBlobMajority(1, 2));
  for (const body of [TEXT.slice(4, 8), TEXT.slice(4)]) {
    const answer = await patch(path, 4, { body });
    t.equal(answer.status, 503);
    t.equal(await codeOf(answer), 'no_quorum');
  }
  t.equal((await head(path)).headers.get('upload-offset'), '4');
  api.blobs.beforeKeep = () => Promise.resolve();
  const last = await patch(path, 4, { body: TEXT.slice(4) });
  t.equal(await contentOf(last.headers.get('lms-file-id') ?? ''), TEXT);
  t.equal(api.blobs.staged.size, 0);
});

t.test('two that send at once: one goes on, the other is told where', async (t) => {
  const { begin, patch, contentOf } = site(t);
  const path = await begin(TEXT.length);
  const answers = await Promise.all([
    patch(path, 0, { body: TEXT.slice(0, 8) }),
    patch(path, 0, { body: TEXT.slice(0, 8) }),
  ]);
  t.same(answers.map(({ status }) => status).sort(), [204, 409]);
  const last = await patch(path, 8, { body: TEXT.slice(8) });
  t.equal(await contentOf(last.headers.get('lms-file-id') ?? ''), TEXT);
});

t.test('a part that is gone everywhere: 503, and no file', async (t) => {
  const { api, begin, patch, head } = site(t);
  const path = await begin(TEXT.length);
  await patch(path, 0, { body: TEXT.slice(0, 4) });
  api.blobs.kept.clear();
  const answer = await patch(path, 4, { body: TEXT.slice(4) });
  t.equal(await codeOf(answer), 'file_unavailable');
  t.equal((await head(path)).headers.get('upload-offset'), '4');
  t.equal(api.blobs.staged.size, 0);
});

t.test('an upload that is ended is gone', async (t) => {
  const { ask, begin, patch, head } = site(t);
  const path = await begin(5);
  await patch(path, 0, { body: 'abc' });
  t.equal((await ask(`DELETE ${path}`, { headers: TUS })).status, 204);
  t.equal((await head(path)).status, 404);
  t.equal((await patch(path, 3, { body: 'de' })).status, 404);
});

t.test('methods that a client cannot send', async (t) => {
  const { ask, begin, head } = site(t);
  const path = await begin(5);
  const as = (method: string, sent: Sent = {}) =>
    ask(`POST ${path}`, {
      ...sent,
      headers: { ...TUS, 'X-HTTP-Method-Override': method, ...sent.headers },
    });
  const patched = await as('PATCH', { body: 'abc', headers: { 'Upload-Offset': '0' } });
  t.equal(patched.status, 204);
  t.equal((await as('HEAD')).headers.get('upload-offset'), '3');
  t.equal((await as('PUT')).status, 405);
  t.equal((await as('DELETE')).status, 204);
  t.equal((await head(path)).status, 404);
});

t.test('what one person may have lying about is limited', async (t) => {
  const { api, ann, bob, begin, ask } = site(t, { max_unattached_bytes: 100 });
  await begin(60);
  const more = { headers: { ...TUS, 'Upload-Length': '41' } };
  const refused = await ask('POST /v1/uploads', more);
  t.equal(refused.status, 422);
  t.match(await refused.json(), { code: 'quota_exceeded', used_bytes: 60, max_bytes: 100 });
  t.equal((await ask('POST /v1/uploads', { ...more, token: bob.token })).status, 201);
  const whole = await api.app.request('/v1/files', {
    method: 'POST',
    headers: { Authorization: `Bearer ${ann.token}` },
    body: 'x'.repeat(41),
  });
  t.equal(await codeOf(whole), 'quota_exceeded', 'in one call, too');
});

t.test('browsers may do it, and ask what is understood without asking for leave', async (t) => {
  const { api } = site(t, { cors_origins: ['https://lms.example.org'] });
  const origin = { Origin: 'https://lms.example.org' };
  const leave = await api.app.request('/v1/uploads', {
    method: 'OPTIONS',
    headers: { ...origin, 'Access-Control-Request-Method': 'PATCH' },
  });
  t.match(leave.headers.get('access-control-allow-headers'), /Upload-Offset/);
  t.match(leave.headers.get('access-control-allow-methods'), /PATCH/);
  const asked = await api.app.request('/v1/uploads', { method: 'OPTIONS', headers: origin });
  t.equal(asked.headers.get('tus-version'), '1.0.0');
  t.match(asked.headers.get('access-control-expose-headers'), /Upload-Offset/);
});

t.test('all below the path say which version is spoken, and nothing else does', async (t) => {
  const { ask } = site(t);
  const targets = [
    'GET /v1/uploads/a/b',
    'PUT /v1/uploads',
    'GET /v1/uploads/',
    'GET /v1/uploads/a',
  ];
  for (const target of targets) {
    t.equal((await ask(target)).headers.get('tus-resumable'), '1.0.0', target);
  }
  for (const target of ['GET /v1/uploadsa', 'GET /v1/files', 'GET /v1/me']) {
    t.equal((await ask(target)).headers.get('tus-resumable'), null, target);
  }
});
