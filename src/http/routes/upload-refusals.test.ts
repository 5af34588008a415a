import t from 'tap';
import { codeOf, TUS, tusSite } from '../testing-tus.ts';

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
    const { ask, begin, head } = tusSite(t, { max_file_bytes: 1000 });
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
  const { ask, begin } = tusSite(t);
  const path = await begin(5);
  t.equal((await ask(`HEAD ${path}`)).status, 412);
  const answer = await ask(`GET ${path}`);
  t.match(await answer.json(), { offset_bytes: 0, size_bytes: 5, file_id: null });
});

t.test('an upload is its owner’s alone', async (t) => {
  const { api, bob, ask, begin, patch } = tusSite(t);
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

t.test('what one person may have lying about is limited', async (t) => {
  const { api, ann, bob, begin, ask } = tusSite(t, { max_unattached_bytes: 100 });
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
