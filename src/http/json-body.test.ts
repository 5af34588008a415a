import t, { type Test } from 'tap';
import { maxJsonBytes } from './limits.ts';
import { problemSchema } from './problem-schema.ts';
import { TestApi } from './testing.ts';

function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ann', 'student');
  const patch = async (
    body: string | Uint8Array<ArrayBuffer>,
    type: string | null = 'application/json',
  ) => {
    const response = await api.app.request('/v1/me', {
      method: 'PATCH',
      headers: {
        Authorization: `Bearer ${token}`,
        ...(type !== null && { 'Content-Type': type }),
      },
      body,
    });
    const answer: unknown = await response.json();
    return { status: response.status, problem: response.ok ? null : problemSchema.parse(answer) };
  };
  return { api, token, patch };
}

const nested = (depth: number) =>
  `{"display_name":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

const TABLE: readonly [name: string, body: string, status: number, code: string, at: string[]][] = [
  ['broken JSON', '{"display_name": "x"', 400, 'invalid_json', []],
  ['an empty body', '', 400, 'invalid_json', []],
  ['two values', '{} {}', 400, 'invalid_json', []],
  ['NaN', '{"display_name": NaN}', 400, 'invalid_json', []],
  ['33 deep', nested(33), 400, 'invalid_json', []],
  ['32 deep', nested(32), 400, 'invalid_request', ['/display_name']],
  ['no object', '[]', 400, 'invalid_request', ['']],
  ['null', 'null', 400, 'invalid_request', ['']],
  ['an unknown field', '{"display_nam": "x"}', 400, 'unknown_field', ['/display_nam']],
  [
    'unknown fields with odd names',
    '{"a/b": 1, "c~d": 2}',
    400,
    'unknown_field',
    ['/a~1b', '/c~0d'],
  ],
  ['__proto__', '{"__proto__": {"admin": true}}', 400, 'unknown_field', ['/__proto__']],
  ['a wrong type', '{"display_name": 1}', 400, 'invalid_request', ['/display_name']],
  [
    'a wrong type and an unknown field',
    '{"display_name": 1, "x": 2}',
    400,
    'invalid_request',
    ['/display_name', '/x'],
  ],
  ['an empty text', '{"display_name": ""}', 400, 'invalid_request', ['/display_name']],
  [
    'too long a text',
    `{"display_name": "${'x'.repeat(201)}"}`,
    400,
    'invalid_request',
    ['/display_name'],
  ],
  ['a lone surrogate', '{"display_name": "\\ud800"}', 400, 'invalid_request', ['/display_name']],
  ['NUL', '{"display_name": "a\\u0000b"}', 400, 'invalid_request', ['/display_name']],
  ['a blank name', '{"display_name": " "}', 400, 'invalid_request', ['/display_name']],
  ['two lines', '{"display_name": "a\\nb"}', 400, 'invalid_request', ['/display_name']],
  ['brackets in a text', `{"display_name": "${'['.repeat(60)}\\"${'{'.repeat(60)}"}`, 200, '', []],
];

t.test('bodies', async (t) => {
  const { patch } = scene(t);
  for (const [name, body, status, code, at] of TABLE) {
    const answer = await patch(body);
    t.equal(answer.status, status, name);
    if (status === 200) continue;
    t.equal(answer.problem?.code, code, name);
    t.same(
      answer.problem?.errors.map((error) => error.pointer),
      at,
      name,
    );
  }
});

t.test('a field that is missing is told from one of a wrong type', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('ines', 'instructor');
  const body = { code: 1, description_md: null };
  const response = await api.request('POST /v1/courses', { token, body });
  const { errors } = problemSchema.parse(await response.json());
  t.same(Object.fromEntries(errors.map(({ pointer, code }) => [pointer, code])), {
    '/code': 'invalid_type',
    '/title': 'required',
    '/description_md': 'invalid_type',
  });
});

t.test('a body that is not UTF-8', async (t) => {
  const { patch } = scene(t);
  const body = Buffer.concat([
    Buffer.from('{"display_name":"'),
    Buffer.of(0xff),
    Buffer.from('"}'),
  ]);
  const { status, problem } = await patch(body);
  t.equal(status, 400);
  t.match(problem, { code: 'invalid_json', detail: /UTF-8/ });
});

t.test('media types', async (t) => {
  const { patch } = scene(t);
  const body = '{"display_name":"Ann"}';
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/merge-patch+json',
    // An empty parameter is none (RFC 9110 §5.6.6).
    'application/json;',
  ]) {
    t.equal((await patch(body, type)).status, 200, type);
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const { status, problem } = await patch(body, type);
    t.equal(status, 415, type);
    t.match(problem, {
      code: 'unsupported_media_type',
      accepted: ['application/merge-patch+json', 'application/json'],
    });
  }
});

t.test('a body above the limit is 413 and names the limit', async (t) => {
  const { api, token, patch } = scene(t);
  const fits = `{"display_name":"${'x'.repeat(100)}"}`.padEnd(maxJsonBytes);
  t.equal((await patch(fits)).status, 200);
  const { status, problem } = await patch(`${fits} `);
  t.equal(status, 413);
  t.match(problem, { code: 'payload_too_large', max_bytes: maxJsonBytes });
  const announced = await api.request('PATCH /v1/me', {
    token,
    body: '{}',
    headers: { 'Content-Length': String(maxJsonBytes + 1) },
  });
  t.equal(announced.status, 413);
});

t.test('strangers are told so before their body is looked at', async (t) => {
  const { api } = scene(t);
  const response = await api.request('PATCH /v1/me', { body: '{broken' });
  t.equal(response.status, 401);
});
