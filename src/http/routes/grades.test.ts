import t, { type Test } from 'tap';
import { courseScene, itemsOf } from '../testing-course.ts';

const GRADE = { points: 8.125, feedback_md: 'Good.', state: 'posted' };
const FIRST = { 'If-None-Match': '*' };

async function scene(t: Test) {
  const course = courseScene(t);
  const path = `/v1/assignments/${course.assignment()}/submissions`;
  const response = await course.as('student', `POST ${path}`, { text_md: 'x' });
  const { id } = (await response.json()) as { id: string };
  return { ...course, id, path: `/v1/submissions/${id}/grade` };
}

t.test('a first grade needs a word that there is none', async (t) => {
  for (const headers of [FIRST, { 'If-Match': '"0"' }]) {
    const { as, path } = await scene(t);
    t.equal((await as('student', `GET ${path}`)).status, 404);
    const without = await as('ta', `PUT ${path}`, GRADE);
    t.equal(without.status, 428);
    t.match(await without.json(), { code: 'version_required' });
    const saved = await as('ta', `PUT ${path}`, GRADE, headers);
    t.equal(saved.status, 200);
    t.equal(saved.headers.get('ETag'), '"1"');
    t.match(await saved.json(), { ...GRADE, points_possible: 10, version: 1, attempt: 1 });
    const read = await as('student', `GET ${path}`);
    t.match(await read.json(), { ...GRADE, grader: { display_name: 'tom' } });
    t.equal(read.headers.get('ETag'), '"1"');
  }
});

t.test('the second grader gets 412 with the grade of the first', async (t) => {
  const { as, path } = await scene(t);
  const first = await (await as('ta', `PUT ${path}`, GRADE, FIRST)).json();
  for (const headers of [FIRST, { 'If-Match': '"0"' }, { 'If-Match': '"2"' }]) {
    const second = await as('instructor', `PUT ${path}`, { ...GRADE, points: 1 }, headers);
    t.equal(second.status, 412);
    t.equal(second.headers.get('ETag'), '"1"');
    t.match(await second.json(), {
      code: 'version_mismatch',
      current_version: 1,
      current: first,
    });
  }
  const body = { ...GRADE, points: 1 };
  const merged = await as('instructor', `PUT ${path}`, body, { 'If-Match': '"1"' });
  t.match(await merged.json(), { points: 1, version: 2, grader: { display_name: 'ann' } });
});

t.test('two preconditions at once, or a list of them, are not understood', async (t) => {
  const { as, path } = await scene(t);
  for (const headers of [
    { ...FIRST, 'If-Match': '"0"' },
    { 'If-None-Match': '"1"' },
    { 'If-Match': '*' },
    { 'If-Match': 'W/"0"' },
  ]) {
    const response = await as('ta', `PUT ${path}`, GRADE, headers);
    t.match(await response.json(), { status: 400, code: 'invalid_header' });
  }
});

const BAD: readonly [string, object, number, string, string][] = [
  ['more than all points', { points: 10.001 }, 422, 'invalid_value', '/points'],
  ['negative points', { points: -1 }, 400, 'invalid_request', '/points'],
  ['points too fine', { points: 1.0001 }, 400, 'invalid_request', '/points'],
  ['no points', { points: undefined }, 400, 'invalid_request', '/points'],
  ['no state', { state: undefined }, 400, 'invalid_request', '/state'],
  ['another state', { state: 'final' }, 400, 'invalid_request', '/state'],
  ['no such attempt', { attempt: 2 }, 422, 'invalid_value', '/attempt'],
  ['a rubric that is none', { rubric_points: {} }, 422, 'invalid_value', '/rubric_points'],
  ['another field', { percent: 3 }, 400, 'unknown_field', '/percent'],
];

t.test('bad input is told where and why, and nothing is saved', async (t) => {
  const { as, path } = await scene(t);
  for (const [name, changes, status, code, pointer] of BAD) {
    const response = await as('ta', `PUT ${path}`, { ...GRADE, ...changes }, FIRST);
    t.match(await response.json(), { status, code, errors: [{ pointer }] }, name);
  }
  t.equal((await as('ta', `GET ${path}`)).status, 404);
});

t.test('a draft is for graders only, in every answer', async (t) => {
  const { as, path, id } = await scene(t);
  const draft = { ...GRADE, state: 'draft' };
  t.equal((await as('ta', `PUT ${path}`, draft, FIRST)).status, 200);
  t.equal((await as('student', `GET ${path}`)).status, 404);
  t.same(await itemsOf(as('student', 'GET /v1/me/grades')), []);
  const own = await as('student', `GET /v1/submissions/${id}`);
  t.match(await own.json(), { grade: null, status: 'ungraded' });
  const staff = await as('instructor', `GET /v1/submissions/${id}`);
  t.match(await staff.json(), { grade: { points: 8.125, state: 'draft' }, status: 'graded' });
});

t.test('own posted grades are listed, with what they are for', async (t) => {
  const { as, path, course_id } = await scene(t);
  await as('ta', `PUT ${path}`, GRADE, FIRST);
  t.match(await (await as('student', 'GET /v1/me/grades')).json(), {
    items: [{ ...GRADE, assignment_title: 'Essay', course_id }],
    next_cursor: null,
  });
  t.same(await itemsOf(as('otherStudent', 'GET /v1/me/grades')), []);
});

t.test('the history has actor and reason', async (t) => {
  const { as, path } = await scene(t);
  await as('ta', `PUT ${path}`, GRADE, FIRST);
  const body = { ...GRADE, points: 9, reason: 'Regraded.' };
  await as('instructor', `PUT ${path}`, body, { 'If-Match': '"1"' });
  const history = await as('ta', `GET ${path}/history`);
  t.match(await history.json(), {
    items: [
      { version: 2, points: 9, actor: { display_name: 'ann' }, reason: 'Regraded.' },
      { version: 1, points: 8.125, actor: { display_name: 'tom' }, reason: null },
    ],
    next_cursor: null,
  });
});

const RUBRIC = {
  criteria: [
    { id: 'proof', title: 'Proof', points: 6 },
    { id: 'style', title: 'Style', points: 4 },
  ],
};

t.test('the scores of a rubric add up to the points', async (t) => {
  const { as, course_id } = courseScene(t);
  const made = await as('instructor', `POST /v1/courses/${course_id}/assignments`, {
    title: 'Proof',
    points_possible: 10,
    rubric: RUBRIC,
  });
  const { id } = (await made.json()) as { id: string };
  const handed = await as('student', `POST /v1/assignments/${id}/submissions`, { text_md: 'x' });
  const { id: submission } = (await handed.json()) as { id: string };
  const put = `PUT /v1/submissions/${submission}/grade`;
  const rubric_points = { proof: 5.5, style: 4 };
  const saved = await as('ta', put, { rubric_points, state: 'posted' }, FIRST);
  t.match(await saved.json(), { points: 9.5, final_points: 9.5, rubric_points });
  const wrong = await as(
    'ta',
    put,
    { points: 9, rubric_points, state: 'posted' },
    {
      'If-Match': '"1"',
    },
  );
  t.match(await wrong.json(), {
    status: 422,
    errors: [{ pointer: '/points', code: 'not_the_sum' }],
  });
});

t.test('a student is graded without having handed in', async (t) => {
  const { as, people, assignment } = courseScene(t);
  const path = `/v1/assignments/${assignment()}/grades/${people.student.id}`;
  t.equal((await as('ta', `PUT ${path}`, GRADE)).status, 428);
  const saved = await as('ta', `PUT ${path}`, GRADE, FIRST);
  t.equal(saved.headers.get('ETag'), '"1"');
  t.match(await saved.json(), { attempt: 0, points: 8.125, final_points: 8.125 });
  t.match(await itemsOf(as('student', 'GET /v1/me/grades')), [{ attempt: 0, points: 8.125 }]);
  const second = await as('instructor', `PUT ${path}`, GRADE, FIRST);
  t.match(await second.json(), { status: 412, code: 'version_mismatch', current_version: 1 });
  const unknown = await as('ta', `PUT ${path.replace(/usr_.*/, 'usr_0')}`, GRADE, FIRST);
  t.equal(unknown.status, 404);
});
