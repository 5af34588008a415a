import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { openApiDocument } from './openapi.ts';
import { TestApi } from './testing.ts';

t.test('answers are data: not cached, not sniffed, not framed, not run', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student');
  for (const response of [
    await api.request('GET /v1/me', { token }),
    await api.request('GET /v1/me'),
    await api.request('GET /nowhere'),
  ]) {
    t.equal(response.headers.get('Cache-Control'), 'no-store');
    t.equal(response.headers.get('X-Content-Type-Options'), 'nosniff');
    t.match(response.headers.get('Content-Security-Policy'), /default-src 'none'.*sandbox/);
    t.ok(response.headers.get('LMS-Index'));
    t.ok(response.headers.get('X-Request-Id'));
  }
});

t.test('browsers of other origins are let in by the list only', async (t) => {
  const Origin = 'https://lms.example.org';
  const open = new TestApi({ cors_origins: [Origin] });
  const closed = new TestApi();
  t.teardown(() => open.close());
  t.teardown(() => closed.close());
  const preflight = {
    method: 'OPTIONS',
    headers: { Origin, 'Access-Control-Request-Method': 'PATCH' },
  };
  const allowed = await open.app.request('/v1/me', preflight);
  t.equal(allowed.status, 204);
  t.equal(allowed.headers.get('Access-Control-Allow-Origin'), Origin);
  t.match(allowed.headers.get('Access-Control-Allow-Headers'), /Idempotency-Key/);
  t.match(allowed.headers.get('Access-Control-Allow-Methods'), /PATCH/);
  const answer = await open.request('GET /v1/cluster', { headers: { Origin } });
  t.match(answer.headers.get('Access-Control-Expose-Headers'), /LMS-Index/);
  t.equal(answer.headers.get('Access-Control-Allow-Credentials'), null);
  const stranger = await open.request('GET /v1/cluster', {
    headers: { Origin: 'https://evil.example' },
  });
  t.equal(stranger.headers.get('Access-Control-Allow-Origin'), null);
  const none = await closed.request('GET /v1/cluster', { headers: { Origin } });
  t.equal(none.headers.get('Access-Control-Allow-Origin'), null);
});

t.test('a browser may send and read every header that the description names', async (t) => {
  const Origin = 'https://lms.example.org';
  const api = new TestApi({ cors_origins: [Origin] });
  t.teardown(() => api.close());
  const text = JSON.stringify(openApiDocument(api.app));
  const preflight = {
    method: 'OPTIONS',
    headers: { Origin, 'Access-Control-Request-Method': 'POST' },
  };
  const allowed = (await api.app.request('/v1/files', preflight)).headers
    .get('Access-Control-Allow-Headers')
    ?.split(',');
  for (const [, name = ''] of text.matchAll(/"name":"([^"]+)","in":"header"/g)) {
    t.ok(allowed?.includes(name), name);
  }
  const exposed = (await api.request('GET /v1/cluster', { headers: { Origin } })).headers
    .get('Access-Control-Expose-Headers')
    ?.split(',');
  for (const [, name = ''] of text.matchAll(/"([\w-]+)":\{"\$ref":"#\/components\/headers/g)) {
    t.ok(exposed?.includes(name), name);
  }
  t.match(text, /headers\/Link/, 'lists name theirs');
  t.match(text, /headers\/IdempotencyReplayed/, 'and what is made by POST');
  for (const name of ['Content-Disposition', 'Content-Range', 'Repr-Digest', 'Retry-After']) {
    t.ok(exposed?.includes(name), name);
  }
});

t.test('the log has one line per request, without bodies, tokens and query values', async (t) => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const api = new TestApi({}, pino({ level: 'debug' }, stream));
  t.teardown(() => api.close());
  const { id, token } = api.user('ann', 'student');
  await api.app.request('/v1/me?q=find-me', { headers: { Authorization: `Bearer ${token}` } });
  await api.app.request('/v1/me', {
    method: 'PATCH',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: '{"display_name":"find-me"}',
  });
  t.equal(lines.length, 2);
  t.match(JSON.parse(lines[1] ?? ''), {
    operation_id: 'updateMe',
    method: 'PATCH',
    path: '/v1/me',
    status: 200,
    actor_id: id,
    request_id: String,
    duration_ms: Number,
  });
  t.notMatch(lines.join(''), /find-me|lms_/);
});
