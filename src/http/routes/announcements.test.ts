import t from 'tap';
import { courseScene, itemsOf } from '../testing-course.ts';

const NEWS = { title: 'No lecture', body_md: 'See you on **Monday**.' };

t.test('an announcement is made, read, changed and taken back', async (t) => {
  const { as, course_id, people } = courseScene(t);
  const list = `/v1/courses/${course_id}/announcements`;
  const response = await as('ta', `POST ${list}`, NEWS);
  t.equal(response.status, 201);
  const made = (await response.json()) as { id: string };
  t.match(made, { ...NEWS, author: { id: people.ta.id }, visible_from: null });
  const path = `/v1/announcements/${made.id}`;
  t.equal(response.headers.get('Location'), path);
  t.same(await (await as('student', `GET ${path}`)).json(), made);
  const changed = await as('instructor', `PATCH ${path}`, { title: 'New' }, { 'If-Match': '"1"' });
  t.match(await changed.json(), { title: 'New', body_md: NEWS.body_md, version: 2 });
  t.match(await itemsOf(as('student', `GET ${list}`)), [{ id: made.id, title: 'New' }]);
  t.equal((await as('ta', `DELETE ${path}`)).status, 204);
  t.equal((await as('student', `GET ${path}`)).status, 404);
  t.same(await itemsOf(as('ta', `GET ${list}`)), []);
});

t.test('one for later is not there for students before', async (t) => {
  const { as, course_id } = courseScene(t);
  const list = `/v1/courses/${course_id}/announcements`;
  const visible_from = new Date(Date.now() + 3_600_000).toISOString();
  const made = await as('instructor', `POST ${list}`, { ...NEWS, visible_from });
  const { id } = (await made.json()) as { id: string };
  t.equal((await as('student', `GET /v1/announcements/${id}`)).status, 404);
  t.same(await itemsOf(as('student', `GET ${list}`)), []);
  t.match(await itemsOf(as('ta', `GET ${list}`)), [{ id, visible_from }]);
});

const PEOPLE = [
  null,
  'student',
  'ta',
  'instructor',
  'admin',
  'foreignStudent',
  'foreignInstructor',
] as const;

t.test('who may do what', async (t) => {
  const LIST = '/v1/courses/{course}/announcements';
  const ONE = '/v1/announcements/{id}';
  const TABLE: readonly [target: string, body: object | undefined, statuses: string][] = [
    [`GET ${LIST}`, undefined, '401 200 200 200 200 404 404'],
    [`POST ${LIST}`, NEWS, '401 403 201 201 201 404 404'],
    [`GET ${ONE}`, undefined, '401 200 200 200 200 404 404'],
    [`PATCH ${ONE}`, { title: 'x' }, '401 403 200 200 200 404 404'],
    [`DELETE ${ONE}`, undefined, '401 403 204 204 204 404 404'],
  ];
  for (const [target, body, row] of TABLE) {
    const statuses = row.split(' ').map(Number);
    for (const [n, person] of PEOPLE.entries()) {
      const { as, course_id } = courseScene(t);
      const made = await as('ta', `POST /v1/courses/${course_id}/announcements`, NEWS);
      const { id } = (await made.json()) as { id: string };
      const path = target.replace('{course}', course_id).replace('{id}', id);
      t.equal((await as(person, path, body)).status, statuses[n], `${target} by ${person}`);
    }
  }
});

t.test('bad input is told where and why', async (t) => {
  const { as, course_id } = courseScene(t);
  const BAD: readonly [string, object, string, string][] = [
    ['no title', { title: ' ' }, 'invalid_request', '/title'],
    ['nothing said', { body_md: ' ' }, 'invalid_request', '/body_md'],
    ['no time', { visible_from: 'soon' }, 'invalid_request', '/visible_from'],
    ['an author', { author_id: 'usr_1' }, 'unknown_field', '/author_id'],
  ];
  for (const [name, changes, code, pointer] of BAD) {
    const path = `POST /v1/courses/${course_id}/announcements`;
    const response = await as('ta', path, { ...NEWS, ...changes });
    t.match(await response.json(), { status: 400, code, errors: [{ pointer }] }, name);
  }
});
