import t from 'tap';
import { courseScene, itemsOf } from '../testing-course.ts';

const DUE = '2026-12-01T23:00:00.000Z';

function scene(t: Parameters<typeof courseScene>[0]) {
  const course = courseScene(t);
  const id = course.assignment({ due_at: Date.parse(DUE), grace_seconds: 60, max_attempts: 2 });
  const student = course.people.student.id;
  return { ...course, assignment_path: `/v1/assignments/${id}`, student };
}

t.test('a student gets dates of their own, and loses them again', async (t) => {
  const { as, assignment_path, student } = scene(t);
  const path = `${assignment_path}/overrides/${student}`;
  t.equal((await as('instructor', `GET ${path}`)).status, 404);
  const made = await as('instructor', `PUT ${path}`, {
    due_at: '2026-12-05T00:00:00+01:00',
    max_attempts: null,
    reason: 'ill',
  });
  t.equal(made.status, 200);
  t.equal(made.headers.get('ETag'), '"1"');
  const override = (await made.json()) as object;
  t.match(override, {
    student: { id: student, display_name: 'sue' },
    due_at: '2026-12-04T23:00:00.000Z',
    max_attempts: null,
    reason: 'ill',
    effective: { due_at: '2026-12-04T23:00:00.000Z', grace_seconds: 60, max_attempts: null },
  });
  t.same(await (await as('ta', `GET ${path}`)).json(), override);
  t.same(await itemsOf(as('ta', `GET ${assignment_path}/overrides`)), [override]);
  const own = await as('student', `GET ${assignment_path}/overrides/me`);
  t.same(await own.json(), { ...override, reason: null });
  const seen = async (person: 'student' | 'otherStudent' | 'instructor') =>
    ((await (await as(person, `GET ${assignment_path}`)).json()) as { due_at: string }).due_at;
  t.equal(await seen('student'), '2026-12-04T23:00:00.000Z');
  t.equal(await seen('otherStudent'), DUE);
  t.equal(await seen('instructor'), DUE);

  const stale = await as('instructor', `DELETE ${path}`, undefined, { 'If-Match': '"7"' });
  t.equal(stale.status, 412);
  t.equal((await as('instructor', `DELETE ${path}`)).status, 204);
  t.equal((await as('student', `GET ${assignment_path}/overrides/me`)).status, 404);
  t.equal(await seen('student'), DUE);
});

const BAD: readonly [string, object, number, string, string][] = [
  ['nothing', {}, 422, 'invalid_value', ''],
  ['only a reason', { reason: 'x' }, 422, 'invalid_value', ''],
  ['a misspelt field', { dueat: DUE }, 400, 'unknown_field', '/dueat'],
  ['a date without a zone', { due_at: '2026-12-01T23:00:00' }, 400, 'invalid_request', '/due_at'],
  ['no attempt', { max_attempts: 0 }, 400, 'invalid_request', '/max_attempts'],
  ['grace as text', { grace_seconds: '60' }, 400, 'invalid_request', '/grace_seconds'],
  ['closed before due', { lock_at: '2026-12-01T00:00:00Z' }, 422, 'invalid_value', '/lock_at'],
  ['opened after due', { unlock_at: '2026-12-02T00:00:00Z' }, 422, 'invalid_value', '/due_at'],
];

t.test('bad input is told where and why, and leaves nothing behind', async (t) => {
  const { as, assignment_path, student } = scene(t);
  for (const [name, body, status, code, pointer] of BAD) {
    const response = await as('instructor', `PUT ${assignment_path}/overrides/${student}`, body);
    t.match(await response.json(), { status, code, errors: [{ pointer }] }, name);
  }
  t.same(await itemsOf(as('instructor', `GET ${assignment_path}/overrides`)), []);
});

t.test('what others have is not to be seen', async (t) => {
  const { as, assignment_path, student } = scene(t);
  const path = `${assignment_path}/overrides/${student}`;
  t.equal((await as('instructor', `PUT ${path}`, { grace_seconds: 1 })).status, 200);
  const expected = [
    ['otherStudent', 403, 403, 403],
    ['foreignStudent', 404, 404, 404],
    ['foreignInstructor', 404, 404, 404],
    ['ta', 200, 200, 403],
    [null, 401, 401, 401],
  ] as const;
  for (const [person, get, list, write] of expected) {
    t.equal((await as(person, `GET ${path}`)).status, get, `${person} reads`);
    t.equal((await as(person, `GET ${assignment_path}/overrides`)).status, list, `${person} lists`);
    const put = await as(person, `PUT ${path}`, { grace_seconds: 2 });
    t.equal(put.status, write, `${person} writes`);
    t.equal((await as(person, `DELETE ${path}`)).status, write, `${person} deletes`);
  }
});
