import t from 'tap';
import { type CourseScene, courseScene, itemsOf, type Person } from '../testing-course.ts';

interface HandedIn {
  readonly id: string;
  readonly attempt: { readonly number: number; readonly log_index: number };
}

async function handIn(
  { as }: CourseScene,
  assignment: string,
  body: object,
  headers: Record<string, string> = {},
) {
  const response = await as(
    'student',
    `POST /v1/assignments/${assignment}/submissions`,
    body,
    headers,
  );
  return { response, value: (await response.json()) as HandedIn };
}

t.test('handing in answers with the attempt, where it is and its place in the log', async (t) => {
  const scene = courseScene(t);
  const file = scene.file('student');
  const { response, value } = await handIn(scene, scene.assignment(), {
    text_md: 'My essay.',
    file_ids: [file],
  });
  t.equal(response.status, 201);
  t.match(value, {
    student: { id: scene.people.student.id, display_name: 'sue' },
    status: 'ungraded',
    late_ms: 0,
    attempt: {
      number: 1,
      text_md: 'My essay.',
      files: [{ id: file, filename: 'notes.txt', size_bytes: 3, sha256: 'a'.repeat(64) }],
    },
  });
  t.equal(response.headers.get('Location'), `/v1/submissions/${value.id}`);
  t.equal(response.headers.get('LMS-Index'), String(value.attempt.log_index));
});

t.test('the same key hands in once', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  const key = { 'Idempotency-Key': 'once' };
  const first = await handIn(scene, assignment, { text_md: 'x' }, key);
  const second = await handIn(scene, assignment, { text_md: 'x' }, key);
  t.equal(second.response.headers.get('Idempotency-Replayed'), 'true');
  t.same(second.value, first.value);
  const other = await handIn(scene, assignment, { text_md: 'y' }, key);
  t.match(other.value, { status: 422, code: 'idempotency_key_reused' });
  t.equal((await handIn(scene, assignment, { text_md: 'x' })).value.attempt.number, 2);
});

const BAD: readonly [string, object, object, number, string, string | undefined][] = [
  ['nothing', {}, {}, 422, 'invalid_value', ''],
  ['an unknown file', {}, { file_ids: ['fil_0'] }, 422, 'invalid_value', '/file_ids/0'],
  ['no text at all', {}, { text_md: 7 }, 400, 'invalid_request', '/text_md'],
  [
    'a field of another',
    {},
    { text_md: 'x', student_id: 'me' },
    400,
    'unknown_field',
    '/student_id',
  ],
  ['NUL', {}, { text_md: '\u0000' }, 400, 'invalid_request', '/text_md'],
  ['after it closed', { lock_at: 1 }, { text_md: 'x' }, 422, 'closed', undefined],
];

t.test('bad input is told where and why', async (t) => {
  const scene = courseScene(t);
  for (const [name, assignment, body, status, code, pointer] of BAD) {
    const { value } = await handIn(scene, scene.assignment(assignment), body);
    t.match(value, { status, code, ...(pointer !== undefined && { errors: [{ pointer }] }) }, name);
  }
});

t.test('a request without any body hands in nothing', async (t) => {
  const { as, assignment } = courseScene(t);
  const response = await as('student', `POST /v1/assignments/${assignment()}/submissions`);
  t.match(await response.json(), { status: 422, code: 'invalid_value' });
});

t.test('the last attempt is the last', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment({ max_attempts: 1 });
  t.equal((await handIn(scene, assignment, { text_md: 'x' })).response.status, 201);
  const { value } = await handIn(scene, assignment, { text_md: 'x' });
  t.match(value, { status: 422, code: 'too_many_attempts' });
});

t.test('lateness counts from the arrival of the request, whatever the log takes', async (t) => {
  const scene = courseScene(t);
  const dueIn = 60_000;
  const inTime = scene.assignment({ due_at: Date.now() + dueIn });
  const late = scene.assignment({ due_at: Date.now() - dueIn });
  scene.api.consensus.now = () => Date.now() + dueIn + 5_000;
  t.match((await handIn(scene, inTime, { text_md: 'x' })).value, {
    late_ms: 0,
    clock_suspect: false,
  });
  const { value } = await handIn(scene, late, { text_md: 'x' });
  const { late_ms } = value as unknown as { late_ms: number };
  t.ok(late_ms >= dueIn && late_ms < dueIn + 60_000, `${late_ms}`);
});

t.test('all attempts can be read by the student and by staff', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  await handIn(scene, assignment, { text_md: 'one' });
  const { value } = await handIn(scene, assignment, { text_md: 'two' });
  for (const person of ['student', 'ta'] as const) {
    const read = await scene.as(person, `GET /v1/submissions/${value.id}`);
    t.match(await read.json(), {
      id: value.id,
      attempt_count: 2,
      attempts: [
        { number: 1, text_md: 'one' },
        { number: 2, text_md: 'two' },
      ],
    });
  }
});

t.test('the list can be narrowed to what is to be graded', async (t) => {
  const { as, ...scene } = courseScene(t);
  const path = `/v1/assignments/${scene.assignment()}/submissions`;
  for (const person of ['student', 'otherStudent'] as const) {
    t.equal((await as(person, `POST ${path}`, { text_md: person })).status, 201);
  }
  const students = async (query: string) => {
    const response = await as('ta', `GET ${path}${query}`);
    const items = await itemsOf<{ student: { display_name: string } }>(response);
    return items.map(({ student }) => student.display_name);
  };
  t.same(await students(''), ['sue', 'stu']);
  const items = await itemsOf<{ id: string }>(as('student', `GET ${path}`));
  t.equal(items.length, 1);
  const grade = { points: 1, state: 'draft' };
  const first = { 'If-None-Match': '*' };
  t.equal((await as('ta', `PUT /v1/submissions/${items[0]?.id}/grade`, grade, first)).status, 200);
  t.same(await students('?status=ungraded'), ['stu']);
  t.same(await students('?status=graded'), ['sue']);
  t.same(await students('?status=all'), ['sue', 'stu']);
  t.same(await students('?limit=1&status=all'), ['sue']);
  t.equal((await as('ta', `GET ${path}?status=late`)).status, 400);
});

t.test('staff finds what one student handed in, with all attempts', async (t) => {
  const scene = courseScene(t);
  const { as, people } = scene;
  const assignment = scene.assignment();
  const { value } = await handIn(scene, assignment, { text_md: 'one' });
  await handIn(scene, assignment, { text_md: 'two' });
  await as('otherStudent', `POST /v1/assignments/${assignment}/submissions`, { text_md: 'x' });
  const find = (person: Person, query: string) =>
    as(person, `GET /v1/assignments/${assignment}/submissions?${query}`);
  const sue = `student_id=${people.student.id}`;
  for (const person of ['ta', 'instructor', 'admin', 'student'] as const) {
    const items = await itemsOf<{ id: string }>(find(person, sue));
    t.same(
      items.map(({ id }) => id),
      [value.id],
      person,
    );
  }
  t.match(await itemsOf(find('student', 'student_id=me')), [{ id: value.id }]);
  t.same(await itemsOf(find('ta', `${sue}&status=graded`)), []);
  t.match(await itemsOf(find('ta', `${sue}&status=ungraded`)), [{ id: value.id }]);
  t.same(await itemsOf(find('ta', 'student_id=usr_0')), []);
  t.match(await (await find('otherStudent', sue)).json(), { status: 403, code: 'forbidden' });
  t.match(await (await find('foreignStudent', sue)).json(), { status: 404, code: 'not_found' });
  const all = await as('ta', `GET /v1/submissions/${value.id}`);
  t.match(await all.json(), { attempts: [{ text_md: 'one' }, { text_md: 'two' }] });
});
