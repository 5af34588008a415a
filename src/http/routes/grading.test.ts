import t, { type Test } from 'tap';
import { courseScene, itemsOf } from '../testing-course.ts';

const FIRST = { 'If-None-Match': '*' };

async function scene(t: Test) {
  const course = courseScene(t);
  const assignment = course.assignment();
  const path = `/v1/assignments/${assignment}/submissions`;
  const response = await course.as('student', `POST ${path}`, { text_md: 'x' });
  const { id } = (await response.json()) as { id: string };
  const grade = (state: string) =>
    course.as('ta', `PUT /v1/submissions/${id}/grade`, { points: 8, state }, FIRST);
  return { ...course, assignment, path: `/v1/submissions/${id}`, grade };
}

t.test('a claim tells the others who is at it, until it is given back', async (t) => {
  const { as, path } = await scene(t);
  t.equal((await as('instructor', `GET ${path}/claim`)).status, 404);
  const mine = await (await as('ta', `PUT ${path}/claim`)).json();
  t.same(await (await as('instructor', `GET ${path}/claim`)).json(), mine);
  const other = await as('instructor', `PUT ${path}/claim`);
  t.equal(other.status, 423);
  t.match(await other.json(), { code: 'locked', retryable: true, current: mine });
  t.equal((await as('ta', `DELETE ${path}/claim`)).status, 204);
  t.equal((await as('instructor', `PUT ${path}/claim`)).status, 200);
});

t.test('drafts are posted together, with a reason in the history', async (t) => {
  const { as, path, assignment, grade } = await scene(t);
  await grade('draft');
  t.equal((await as('student', `GET ${path}/grade`)).status, 404);
  const posting = `POST /v1/assignments/${assignment}/grades/post`;
  const posted = await as('instructor', posting, { reason: 'All done.' });
  t.same(await posted.json(), { assignment_id: assignment, posted: 1, left_as_draft: 0 });
  t.match(await (await as('student', `GET ${path}/grade`)).json(), { state: 'posted', version: 2 });
  const history = await as('ta', `GET ${path}/grade/history`);
  t.match(await history.json(), { items: [{ reason: 'All done.' }, { version: 1 }] });
});

t.test('a regrade request is asked, found by the staff, and answered', async (t) => {
  const { as, path, course_id, grade } = await scene(t);
  const requests = `${path}/regrade-requests`;
  const early = await as('student', `POST ${requests}`, { reason_md: 'Page 3.' });
  t.match(await early.json(), { status: 409, code: 'conflict' });
  await grade('posted');
  const asked = await as('student', `POST ${requests}`, { reason_md: 'Page 3.' });
  t.equal(asked.status, 201);
  const request = (await asked.json()) as { id: string };
  const own = `/v1/regrade-requests/${request.id}`;
  t.equal(asked.headers.get('Location'), own);
  const open = `GET /v1/courses/${course_id}/regrade-requests`;
  t.same(await itemsOf(as('ta', open)), [request]);
  const stale = await as(
    'ta',
    `PUT ${own}/answer`,
    { state: 'declined', answer_md: 'No.' },
    {
      'If-Match': '"7"',
    },
  );
  t.match(await stale.json(), { status: 412, code: 'version_mismatch' });
  const answer = await as('ta', `PUT ${own}/answer`, { state: 'accepted', answer_md: 'Yes.' });
  t.equal(answer.headers.get('ETag'), '"2"');
  const answered = await answer.json();
  t.match(answered, { state: 'accepted', answer_md: 'Yes.', answered_by: { display_name: 'tom' } });
  t.same(await itemsOf(as('student', `GET ${requests}`)), [answered]);
  t.same(await (await as('student', `GET ${own}`)).json(), answered);
  t.same(await itemsOf(as('ta', open)), []);
  t.same(await itemsOf(as('ta', `${open}?state=accepted`)), [answered]);
});

t.test('what is asked and answered says something', async (t) => {
  const { as, path, grade } = await scene(t);
  await grade('posted');
  const requests = `POST ${path}/regrade-requests`;
  for (const body of [{}, { reason_md: ' ' }, { reason_md: 'x', points: 3 }]) {
    t.equal((await as('student', requests, body)).status, 400);
  }
  const asked = await as('student', requests, { reason_md: 'x' });
  const { id } = (await asked.json()) as { id: string };
  for (const body of [{ state: 'open', answer_md: 'x' }, { state: 'accepted' }]) {
    t.equal((await as('ta', `PUT /v1/regrade-requests/${id}/answer`, body)).status, 400);
  }
});
