import t from 'tap';
import { courseScene, itemsOf } from '../testing-course.ts';

const LATE = {
  rate_percent: 2.5,
  interval_seconds: 3_600,
  cap_percent: 50,
  floor_percent: 10,
  basis: 'entered',
};
const RUBRIC = {
  criteria: [
    {
      id: 'clarity',
      title: 'Clarity',
      description_md: 'Clear?',
      points: 7.345,
      levels: [{ id: 'clear', title: 'Clear', points: 7.345 }],
    },
    { id: 'proof', title: 'Proof', description_md: '', points: 5, levels: [] },
  ],
};
const HIGH = {
  criteria: [{ id: 'a', title: 'A', points: 1, levels: [{ id: 'b', title: 'B', points: 1.001 }] }],
};
const FULL = {
  title: 'Essay',
  body_md: 'Write *well*.',
  points_possible: 12.345,
  weight: 0.5,
  unlock_at: '2026-11-01T00:00:00+01:00',
  due_at: '2026-12-01T23:00:00.500Z',
  lock_at: '2026-12-08T23:00:00Z',
  grace_seconds: 60,
  max_attempts: 2,
  topics: ['logs', 'terms'],
  extra_credit: true,
  late_policy: LATE,
  rubric: RUBRIC,
};

t.test('an assignment comes back as it was made, times in UTC', async (t) => {
  const { as, course_id, file } = courseScene(t);
  const attachment = file('instructor');
  const created = await as('instructor', `POST /v1/courses/${course_id}/assignments`, {
    ...FULL,
    attachments: [attachment],
  });
  t.equal(created.status, 201);
  const assignment = (await created.json()) as { id: string };
  t.match(assignment, {
    ...FULL,
    unlock_at: '2026-10-31T23:00:00.000Z',
    due_at: '2026-12-01T23:00:00.500Z',
    lock_at: '2026-12-08T23:00:00.000Z',
    attachments: [{ id: attachment, filename: 'notes.txt', size_bytes: 3 }],
    version: 1,
  });
  t.equal(created.headers.get('Location'), `/v1/assignments/${assignment.id}`);
  t.equal(created.headers.get('ETag'), '"1"');
  const read = await as('instructor', `GET /v1/assignments/${assignment.id}`);
  t.same(await read.json(), assignment);
  t.equal(read.headers.get('ETag'), '"1"');
});

t.test('what is left out has its default', async (t) => {
  const { as, course_id } = courseScene(t);
  const created = await as('instructor', `POST /v1/courses/${course_id}/assignments`, {
    title: 'T',
    points_possible: 10,
  });
  t.match(await created.json(), {
    body_md: '',
    attachments: [],
    weight: 1,
    unlock_at: null,
    due_at: null,
    lock_at: null,
    grace_seconds: 300,
    max_attempts: null,
    topics: [],
    extra_credit: false,
    late_policy: null,
    rubric: null,
  });
});

t.test('of a late policy only rate and interval must be said', async (t) => {
  const { as, course_id } = courseScene(t);
  const created = await as('instructor', `POST /v1/courses/${course_id}/assignments`, {
    title: 'T',
    points_possible: 10,
    late_policy: { rate_percent: 5, interval_seconds: 86_400 },
  });
  t.match(await created.json(), {
    late_policy: { cap_percent: 100, floor_percent: 0, basis: 'points_possible' },
  });
});

t.test('PATCH merges a late policy, too', async (t) => {
  const { as, assignment } = courseScene(t);
  const path = `/v1/assignments/${assignment()}`;
  const patch = async (version: number, late_policy: object | null) => {
    const headers = { 'If-Match': `"${version}"` };
    const response = await as('instructor', `PATCH ${path}`, { late_policy }, headers);
    return { status: response.status, body: (await response.json()) as object };
  };
  t.match(await patch(1, { cap_percent: 50 }), {
    status: 422,
    body: { code: 'invalid_value', errors: [{ pointer: '/late_policy' }] },
  });
  t.match(await patch(1, { ...LATE, cap_percent: 70 }), { status: 200 });
  t.match(await patch(2, { rate_percent: 7.25 }), {
    body: { late_policy: { ...LATE, rate_percent: 7.25, cap_percent: 70 } },
  });
  t.match(await patch(3, null), { status: 200, body: { late_policy: null } });
});

t.test('an empty PATCH leaves the version as it is', async (t) => {
  const { as, assignment } = courseScene(t);
  const path = `/v1/assignments/${assignment()}`;
  const same = await as('instructor', `PATCH ${path}`, {}, { 'If-Match': '"1"' });
  t.equal(same.status, 200);
  t.equal(same.headers.get('ETag'), '"1"');
});

/** What is wrong with it, status, code, pointer. */
const BAD: readonly [string, object, number, string, string][] = [
  ['no title', { title: undefined }, 400, 'invalid_request', '/title'],
  ['empty title', { title: '' }, 400, 'invalid_request', '/title'],
  ['no points', { points_possible: undefined }, 400, 'invalid_request', '/points_possible'],
  ['negative points', { points_possible: -1 }, 400, 'invalid_request', '/points_possible'],
  ['points too fine', { points_possible: 0.0005 }, 400, 'invalid_request', '/points_possible'],
  ['points as text', { points_possible: '10' }, 400, 'invalid_request', '/points_possible'],
  ['too much weight', { weight: 1000.001 }, 400, 'invalid_request', '/weight'],
  ['a date without a zone', { due_at: '2026-12-01T23:00:00' }, 400, 'invalid_request', '/due_at'],
  ['a misspelt field', { latepolicy: {} }, 400, 'unknown_field', '/latepolicy'],
  ['a policy of nothing', { late_policy: {} }, 400, 'invalid_request', '/late_policy/rate_percent'],
  [
    'no rate',
    { late_policy: { ...LATE, rate_percent: 0 } },
    400,
    'invalid_request',
    '/late_policy/rate_percent',
  ],
  [
    'a rate too fine',
    { late_policy: { ...LATE, rate_percent: 0.001 } },
    400,
    'invalid_request',
    '/late_policy/rate_percent',
  ],
  [
    'a level above its criterion',
    { rubric: HIGH },
    422,
    'invalid_value',
    '/rubric/criteria/0/levels/0/points',
  ],
  ['half an attempt', { max_attempts: 1.5 }, 400, 'invalid_request', '/max_attempts'],
  ['due before unlock', { due_at: '2026-10-01T00:00:00Z' }, 422, 'invalid_value', '/due_at'],
  ['lock before due', { lock_at: '2026-12-01T00:00:00Z' }, 422, 'invalid_value', '/lock_at'],
  ['unknown file', { attachments: ['fil_0'] }, 422, 'invalid_value', '/attachments/0'],
];

t.test('a criterion cannot be called what every object has', async (t) => {
  const { as, course_id } = courseScene(t);
  for (const id of ['__proto__', 'constructor', 'toString']) {
    const response = await as('instructor', `POST /v1/courses/${course_id}/assignments`, {
      ...FULL,
      rubric: { criteria: [{ id, title: 'T', points: 1 }] },
    });
    t.match(await response.json(), {
      status: 400,
      code: 'invalid_request',
      errors: [{ pointer: '/rubric/criteria/0/id' }],
    });
  }
});

t.test('bad input is told where and why, and leaves nothing behind', async (t) => {
  const { as, course_id } = courseScene(t);
  const path = `/v1/courses/${course_id}/assignments`;
  for (const [name, changes, status, code, pointer] of BAD) {
    const response = await as('instructor', `POST ${path}`, { ...FULL, ...changes });
    t.equal(response.status, status, name);
    t.match(await response.json(), { code, errors: [{ pointer }] }, name);
  }
  t.same(await itemsOf(as('instructor', `GET ${path}`)), []);
});

t.test('a change needs the version that it is based on', async (t) => {
  const { as, assignment } = courseScene(t);
  const path = `/v1/assignments/${assignment()}`;
  for (const method of ['PATCH', 'DELETE']) {
    const body = method === 'PATCH' ? { title: 'U' } : undefined;
    const without = await as('instructor', `${method} ${path}`, body);
    t.equal(without.status, 428, method);
    t.match(await without.json(), { code: 'version_required' });
    const stale = await as('instructor', `${method} ${path}`, body, { 'If-Match': '"7"' });
    t.equal(stale.status, 412, method);
    t.equal(stale.headers.get('ETag'), '"1"');
    t.match(await stale.json(), { code: 'version_mismatch', current_version: 1 });
  }
});

t.test('PATCH merges: null removes a date, what is absent stays', async (t) => {
  const { as, assignment } = courseScene(t);
  const id = assignment({ due_at: 5_000, max_attempts: 2 });
  const changed = await as(
    'instructor',
    `PATCH /v1/assignments/${id}`,
    { due_at: null, points_possible: 20.5 },
    { 'If-Match': '"1"' },
  );
  t.equal(changed.status, 200);
  t.equal(changed.headers.get('ETag'), '"2"');
  t.match(await changed.json(), {
    title: 'Essay',
    due_at: null,
    max_attempts: 2,
    points_possible: 20.5,
    version: 2,
  });
});

t.test('DELETE removes it, unless work was handed in', async (t) => {
  const { as, assignment } = courseScene(t);
  const path = `/v1/assignments/${assignment()}`;
  const used = `/v1/assignments/${assignment()}`;
  t.equal((await as('student', `POST ${used}/submissions`, { text_md: 'x' })).status, 201);
  const version = { 'If-Match': '"1"' };
  t.equal((await as('instructor', `DELETE ${path}`, undefined, version)).status, 204);
  t.equal((await as('instructor', `GET ${path}`)).status, 404);
  const refused = await as('instructor', `DELETE ${used}`, undefined, version);
  t.equal(refused.status, 409);
  t.match(await refused.json(), { code: 'conflict' });
  t.equal((await as('student', `GET ${used}`)).status, 200);
});

t.test('students see of a later one its title and dates', async (t) => {
  const { as, assignment, file, course_id } = courseScene(t);
  const id = assignment({ unlock_at: Date.now() + 3_600_000, attachments: [file('instructor')] });
  const seen = await as('student', `GET /v1/assignments/${id}`);
  const hidden = (await seen.json()) as { attachments: unknown[] };
  t.match(hidden, { title: 'Essay', locked: true, body_md: null });
  t.same(hidden.attachments, []);
  t.same(await itemsOf(as('student', `GET /v1/courses/${course_id}/assignments`)), [hidden]);
  const staff = await as('ta', `GET /v1/assignments/${id}`);
  t.match(await staff.json(), { locked: false, body_md: 'Write.', attachments: [{}] });
  const early = await as('student', `POST /v1/assignments/${id}/submissions`, { text_md: 'x' });
  t.match(await early.json(), { status: 422, code: 'not_open' });
});

t.test('the list goes page by page', async (t) => {
  const { as, assignment, course_id } = courseScene(t);
  const ids = [assignment(), assignment(), assignment()];
  const seen: string[] = [];
  let path: string | undefined = `/v1/courses/${course_id}/assignments?limit=2`;
  while (path !== undefined) {
    const response = await as('student', `GET ${path}`);
    seen.push(...(await itemsOf<{ id: string }>(response)).map(({ id }) => id));
    path = /^<(.*)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1];
  }
  t.same(seen, ids);
});
