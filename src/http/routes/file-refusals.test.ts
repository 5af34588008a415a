import t from 'tap';
import { fileSite, form, PDF, type Sent, sha256 } from '../testing-files.ts';

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
    const { api, ann, upload } = fileSite(t, 100);
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
  const { ann, upload } = fileSite(t, 100);
  t.equal((await upload(ann, { body: 'x'.repeat(100) })).status, 201);
  t.equal((await upload(ann, { body: form(['a', 'x'.repeat(100)]) })).status, 201);
});

t.test('a stream without a length is cut at the limit', async (t) => {
  const { api, ann, upload } = fileSite(t, 100_000);
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
  const { api, ann, upload } = fileSite(t, 100);
  api.blobs.stage = () => t.fail('nothing was to be read') as never;
  const answer = await upload(ann, { body: 'x', headers: { 'Content-Length': '101' } });
  t.equal(answer.status, 413);
});

t.test('the right digest is accepted, for a body and for a form as it is sent', async (t) => {
  const { ann, upload } = fileSite(t);
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
