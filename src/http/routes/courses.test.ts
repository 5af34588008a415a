import t from 'tap';
import type { CourseResource } from '../../lms/queries/courses.ts';
import { TestApi } from '../testing.ts';

interface PageBody {
  readonly items: unknown[];
  readonly next_cursor: string | null;
}

const CS1 = { code: 'CS1', title: 'Consensus', description_md: '*all* of it' };

/** ann teaches `course`, tom helps, bob learns; eve teaches elsewhere. */
async function school(t: { teardown(run: () => void): void }) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const people = {
    root: api.user('root', 'admin'),
    ann: api.user('ann', 'instructor'),
    tom: api.user('tom', 'student'),
    bob: api.user('bob', 'student'),
    eve: api.user('eve', 'instructor'),
    sue: api.user('sue', 'student'),
  };
  const { token } = people.ann;
  const created = await api.request('POST /v1/courses', { token, body: CS1 });
  const course: string = ((await created.json()) as CourseResource).id;
  for (const [name, role] of [
    ['tom', 'ta'],
    ['bob', 'student'],
  ] as const) {
    const path = `PUT /v1/courses/${course}/enrollments/${people[name].id}`;
    await api.request(path, { token, body: { role } });
  }
  const fill = (request: string) =>
    request.replace('{c}', course).replace(/\{(\w+)\}/, (_, name) => people[name as Who].id);
  return { api, people, course, fill };
}

type Who = 'root' | 'ann' | 'tom' | 'bob' | 'eve' | 'sue';
const WHO: readonly Who[] = ['root', 'ann', 'tom', 'bob', 'eve'];
const ACCESS: readonly [
  string,
  root: number,
  ann: number,
  tom: number,
  bob: number,
  eve: number,
][] = [
  ['GET /v1/courses', 200, 200, 200, 200, 200],
  ['POST /v1/courses', 201, 201, 403, 403, 201],
  ['GET /v1/courses/{c}', 200, 200, 200, 200, 404],
  ['PATCH /v1/courses/{c}', 200, 200, 403, 403, 404],
  ['DELETE /v1/courses/{c}', 204, 204, 403, 403, 404],
  ['GET /v1/courses/{c}/enrollments', 200, 200, 200, 403, 404],
  ['PUT /v1/courses/{c}/enrollments/{sue}', 200, 200, 403, 403, 404],
  ['DELETE /v1/courses/{c}/enrollments/{bob}', 204, 204, 403, 403, 404],
  ['DELETE /v1/courses/{c}/enrollments/{ann}', 409, 409, 403, 403, 404],
  ['DELETE /v1/courses/{c}/enrollments/me', 404, 409, 403, 403, 404],
  ['GET /v1/courses/crs_none', 404, 404, 404, 404, 404],
  ['GET /v1/courses/crs_none/enrollments', 404, 404, 404, 404, 404],
];
const BODIES = { POST: CS1, PATCH: { title: 'New' }, PUT: { role: 'student' } };

for (const [request, ...expected] of ACCESS) {
  for (const [n, who] of WHO.entries()) {
    t.test(`${request} by ${who}: ${expected[n]}`, async (t) => {
      const { api, people, fill } = await school(t);
      const body = BODIES[request.split(' ')[0] as keyof typeof BODIES];
      const { token } = people[who];
      const answer = await api.request(fill(request), { token, ...(body && { body }) });
      t.equal(answer.status, expected[n]);
    });
  }
}

t.test('a foreign course and none at all get the same words', async (t) => {
  const { api, people, course } = await school(t);
  const details = await Promise.all(
    [course, 'crs_none'].map(async (id) => {
      const answer = await api.request(`GET /v1/courses/${id}`, { token: people.eve.token });
      return ((await answer.json()) as { detail: string }).detail;
    }),
  );
  t.equal(details[0], details[1]);
});

t.test('a new course names its creator instructor', async (t) => {
  const { api, people } = await school(t);
  const created = await api.request('POST /v1/courses', {
    token: people.ann.token,
    body: { code: 'CS2', title: 'More' },
  });
  const course = (await created.json()) as CourseResource;
  t.match(course, { code: 'CS2', description_md: '', status: 'active', my_role: 'instructor' });
  t.equal(created.headers.get('Location'), `/v1/courses/${course.id}`);
  const read = await api.request(`GET ${created.headers.get('Location')}`, {
    token: people.ann.token,
  });
  t.same(await read.json(), course);
  t.equal(read.headers.get('ETag'), '"1"');
});

const REFUSED: readonly [string, object, number, string][] = [
  ['POST /v1/courses', { code: 'x' }, 400, 'invalid_request'],
  ['POST /v1/courses', { ...CS1, title: 'x'.repeat(201) }, 400, 'invalid_request'],
  ['POST /v1/courses', { ...CS1, color: 'red' }, 400, 'unknown_field'],
  ['PATCH /v1/courses/{c}', { status: 'deleted' }, 400, 'invalid_request'],
  ['PATCH /v1/courses/{c}', { title: null }, 400, 'invalid_request'],
  ['PUT /v1/courses/{c}/enrollments/{sue}', { role: 'dean' }, 400, 'invalid_request'],
  ['PUT /v1/courses/{c}/enrollments/usr_none', { role: 'ta' }, 404, 'not_found'],
  ['PUT /v1/courses/{c}/enrollments/{ann}', { role: 'ta' }, 409, 'conflict'],
];

for (const [request, body, status, code] of REFUSED) {
  t.test(`${request} ${JSON.stringify(body).slice(0, 50)}: ${code}`, async (t) => {
    const { api, people, fill } = await school(t);
    const answer = await api.request(fill(request), { token: people.ann.token, body });
    t.equal(answer.status, status);
    t.match(await answer.json(), { code });
  });
}

t.test('an archived course is read-only until it is active again', async (t) => {
  const { api, people, course, fill } = await school(t);
  const { token } = people.ann;
  const path = `/v1/courses/${course}`;
  await api.request(`PATCH ${path}`, { token, body: { status: 'archived' } });
  const refused = await api.request(`PATCH ${path}`, { token, body: { title: 'x' } });
  t.equal(refused.status, 409);
  t.match(await refused.json(), { code: 'course_not_active' });
  const enroll = fill('PUT /v1/courses/{c}/enrollments/{sue}');
  t.equal((await api.request(enroll, { token, body: { role: 'student' } })).status, 409);
  t.equal((await api.request(`GET ${path}`, { token: people.bob.token })).status, 200);
  t.equal((await api.request(`PATCH ${path}`, { token, body: { status: 'active' } })).status, 200);
});

t.test('If-Match is honoured on a course and on an enrollment', async (t) => {
  const { api, people, course, fill } = await school(t);
  const { token } = people.ann;
  const stale = { token, headers: { 'If-Match': '"7"' } };
  for (const request of [
    'PATCH /v1/courses/{c}',
    'DELETE /v1/courses/{c}',
    'PUT /v1/courses/{c}/enrollments/{bob}',
    'DELETE /v1/courses/{c}/enrollments/{bob}',
  ]) {
    const body = BODIES[request.split(' ')[0] as keyof typeof BODIES];
    const answer = await api.request(fill(request), { ...stale, ...(body && { body }) });
    t.equal(answer.status, 412, request);
    t.equal(answer.headers.get('ETag'), '"1"');
  }
  const deleted = await api.request(`DELETE /v1/courses/${course}`, {
    token,
    headers: { 'If-Match': '"1"' },
  });
  t.equal(deleted.status, 204);
  t.equal((await api.request(`GET /v1/courses/${course}`, { token })).status, 404);
});

t.test('who is taken out of a course does not see it any more', async (t) => {
  const { api, people, fill } = await school(t);
  const { token } = people.bob;
  t.equal((await api.request(fill('GET /v1/courses/{c}'), { token })).status, 200);
  await api.request(fill('DELETE /v1/courses/{c}/enrollments/{bob}'), { token: people.ann.token });
  t.equal((await api.request(fill('GET /v1/courses/{c}'), { token })).status, 404);
  t.same(await (await api.request('GET /v1/courses', { token })).json(), {
    items: [],
    next_cursor: null,
  });
});

t.test('the people of a course by role, page by page', async (t) => {
  const { api, people, fill } = await school(t);
  const { token } = people.tom;
  const tas = await api.request(fill('GET /v1/courses/{c}/enrollments?role=ta'), { token });
  t.match(await tas.json(), { items: [{ username: 'tom', role: 'ta' }], next_cursor: null });
  const first = await api.request(fill('GET /v1/courses/{c}/enrollments?limit=2'), { token });
  const { items, next_cursor } = (await first.json()) as PageBody;
  t.equal(items.length, 2);
  const second = await api.request(
    fill(`GET /v1/courses/{c}/enrollments?limit=2&cursor=${next_cursor}`),
    { token },
  );
  t.equal(((await second.json()) as PageBody).items.length, 1);
});
