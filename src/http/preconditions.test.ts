import t, { type Test } from 'tap';
import { ifMatchParameter } from './components.ts';
import { operation, router } from './operation.ts';
import { requireIfMatch } from './preconditions.ts';
import { TestApi } from './testing.ts';

function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const routes = router();
  const config = operation(
    {
      method: 'put',
      path: '/v1/test',
      operationId: 'test',
      summary: 'Test',
      tags: ['test'],
      parameters: [ifMatchParameter(true)],
      responses: { 200: { description: 'The version.' } },
    },
    { access: 'public', problems: ['version_required'] },
  );
  routes.openapi(config, (c) => c.text(String(requireIfMatch(c)), 200));
  api.app.route('/', routes);
  return (headers: Record<string, string>) =>
    api.app.request('/v1/test', { method: 'PUT', headers });
}

t.test('If-Match names a version', async (t) => {
  const put = scene(t);
  t.equal(await (await put({ 'If-Match': '"12"' })).text(), '12');
});

t.test('without If-Match: 428', async (t) => {
  const response = await scene(t)({});
  t.equal(response.status, 428);
  t.match(await response.json(), { code: 'version_required' });
});

t.test('what is not one strong ETag of ours: 400', async (t) => {
  const put = scene(t);
  for (const value of ['*', '12', 'W/"12"', '"12", "13"', '""', '"abc"', '"1.5"', '"-1"']) {
    const response = await put({ 'If-Match': value });
    t.equal(response.status, 400, value);
    t.match(await response.json(), { code: 'invalid_header', detail: /If-Match/ });
  }
});

t.test('a condition that a change does not judge is refused, never ignored', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const routes = router();
  let changes = 0;
  for (const method of ['put', 'patch', 'delete', 'post', 'get'] as const) {
    const config = operation(
      {
        method,
        path: '/v1/test',
        operationId: `${method}Test`,
        summary: 'Test',
        tags: ['test'],
        responses: { 200: { description: 'Done.' } },
      },
      { access: 'public' },
    );
    routes.openapi(config, (c) => {
      changes += 1;
      return c.text('', 200);
    });
  }
  api.app.route('/', routes);
  const send = (method: string, headers: Record<string, string>) =>
    api.app.request('/v1/test', { method, headers });
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    for (const [name, value] of [
      ['If-Match', '"77"'],
      ['If-Match', '*'],
      ['If-None-Match', '*'],
    ] as const) {
      const response = await send(method, { [name]: value });
      t.equal(response.status, 400, `${method} ${name}: ${value}`);
      t.match(await response.json(), { code: 'invalid_header', detail: new RegExp(`^${name}`) });
    }
  }
  t.equal(changes, 0);
  t.equal((await send('PUT', {})).status, 200);
  t.equal((await send('GET', { 'If-None-Match': '"1"' })).status, 200, 'only read again');
  t.equal((await send('POST', { 'If-Match': '"1"' })).status, 200, 'overwrites nothing');
});
