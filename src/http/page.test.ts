import { z } from '@hono/zod-openapi';
import t, { type Test } from 'tap';
import { listUsers } from '../lms/queries/users.ts';
import { json, operation, router } from './operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from './page.ts';
import { read } from './read.ts';
import { TestApi } from './testing.ts';
import { USER_EXAMPLE, userSchema } from './user-schema.ts';

const answerSchema = z.object({
  items: z.array(z.object({ username: z.string() })),
  next_cursor: z.string().nullable(),
});

/** A list of users as any caller may see it only here. */
function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const routes = router();
  const config = operation({
    method: 'get',
    path: '/v1/test',
    operationId: 'test',
    summary: 'Test',
    tags: ['test'],
    request: { query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(userSchema, 'Test'), 'A page.', {
        items: [USER_EXAMPLE],
        next_cursor: null,
      }),
    },
  });
  routes.openapi(config, async (c) => {
    const request = pageRequest(c.req.valid('query'));
    return c.json(pageAnswer(c, await read(c, (reader) => listUsers(reader, request))), 200);
  });
  api.app.route('/', routes);
  const { token } = api.user('user00', 'admin');
  const get = (query: string) => api.request(`GET /v1/test${query}`, { token });
  const page = async (query: string) => {
    const response = await get(query);
    const { items, next_cursor } = answerSchema.parse(await response.json());
    const link = response.headers.get('Link');
    return { names: items.map((item) => item.username), next_cursor, link };
  };
  return { api, get, page };
}

t.test('a list is complete and without doubles while rows come and go', async (t) => {
  const { api, page } = scene(t);
  for (let n = 1; n < 7; n += 1) api.user(`user0${n}`, 'student');
  const first = await page('?limit=3');
  t.same(first.names, ['user00', 'user01', 'user02']);
  api.user('user005', 'student');
  const second = await page(`?limit=3&cursor=${first.next_cursor}`);
  t.same(second.names, ['user03', 'user04', 'user05']);
  const third = await page(`?limit=3&cursor=${second.next_cursor}`);
  t.same(third, { names: ['user06'], next_cursor: null, link: null });
});

t.test('Link leads to the next page', async (t) => {
  const { api, page } = scene(t);
  api.user('user01', 'student');
  const first = await page('?limit=1');
  const url = /^<(.+)>; rel="next"$/.exec(first.link ?? '')?.[1] ?? '';
  t.equal(url, `/v1/test?limit=1&cursor=${first.next_cursor}`);
  t.same((await page(url.slice('/v1/test'.length))).names, ['user01']);
});

t.test('exactly one page has no next one', async (t) => {
  const { api, page } = scene(t);
  api.user('user01', 'student');
  t.equal((await page('?limit=2')).next_cursor, null);
});

t.test('the limit is 100 unless the request says otherwise', async (t) => {
  const { api, page } = scene(t);
  for (let n = 0; n < 105; n += 1) api.user(`v${n}`, 'student');
  t.equal((await page('')).names.length, 100);
  t.equal((await page('?limit=1000')).names.length, 106);
});

t.test('limits that are none', async (t) => {
  const { get } = scene(t);
  for (const limit of ['0', '1001', '-1', '1.5', 'ten', '', '1&limit=2']) {
    const response = await get(`?limit=${limit}`);
    t.equal(response.status, 400, limit);
    t.match(await response.json(), {
      code: 'invalid_request',
      errors: [{ pointer: '/query/limit' }],
    });
  }
});

t.test('cursors that are none of this list', async (t) => {
  const { get } = scene(t);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const cursor of ['x', '!!', encode('a'), encode([1]), encode(['a', 'b']), encode(null)]) {
    const response = await get(`?cursor=${cursor}`);
    t.equal(response.status, 400, cursor);
    t.match(await response.json(), { code: 'invalid_cursor' });
  }
});

t.test('a misspelt filter is refused, not ignored', async (t) => {
  const { get } = scene(t);
  const response = await get('?limt=1');
  t.equal(response.status, 400);
  t.match(await response.json(), { code: 'unknown_field', errors: [{ pointer: '/query/limt' }] });
});
