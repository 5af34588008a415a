import t from 'tap';
import { type Sent, TUS, tusSite } from '../testing-tus.ts';

t.test('what is understood is told to anybody', async (t) => {
  const { api } = tusSite(t, { max_file_bytes: 1234 });
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

t.test('methods that a client cannot send', async (t) => {
  const { ask, begin, head } = tusSite(t);
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

t.test('browsers may do it, and ask what is understood without asking for leave', async (t) => {
  const { api } = tusSite(t, { cors_origins: ['https://lms.example.org'] });
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
  const { ask } = tusSite(t);
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
