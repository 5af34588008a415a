import t from 'tap';
import { fileOf, fileSite, form, type Sent } from '../testing-files.ts';

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
    const { api, ann, upload } = fileSite(t);
    const answer = await upload(ann, sent);
    t.equal(answer.status, 201);
    const file = await fileOf(answer);
    t.equal(file.filename, filename);
    const content = await api.request(`GET /v1/files/${file.id}/content`, { token: ann.token });
    t.match(content.headers.get('Content-Disposition'), /^attachment; filename=/);
    await content.text();
  });
}
