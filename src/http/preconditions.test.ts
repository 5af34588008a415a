import t, { type Test } from 'tap';
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
