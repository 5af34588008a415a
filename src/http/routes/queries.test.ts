import t from 'tap';
import { courseScene, itemsOf } from '../testing-course.ts';

const ASK = { to: 'instructor', title: 'Why?', body_md: 'I wonder.' };

t.test('a query is asked, answered, accepted and endorsed', async (t) => {
  const { as, course_id, people } = courseScene(t);
  const posted = await as('student', `POST /v1/courses/${course_id}/queries`, ASK);
  t.equal(posted.status, 201);
  const query = (await posted.json()) as { id: string };
  t.match(query, { ...ASK, anonymous: false, status: 'open', author: { id: people.student.id } });
  t.equal(posted.headers.get('Location'), `/v1/queries/${query.id}`);
  t.equal(posted.headers.get('ETag'), '"1"');

  const path = `/v1/queries/${query.id}`;
  const answers: string[] = [];
  for (const person of ['otherStudent', 'ta'] as const) {
    const response = await as(person, `POST ${path}/answers`, { body_md: person });
    t.equal(response.status, 201);
    t.equal(response.headers.get('Location'), path);
    answers.push(((await response.json()) as { id: string }).id);
  }
  const [peers, tas] = answers;
  const accepted = await as('student', `PUT ${path}/answers/${peers}/accepted`);
  t.match(await accepted.json(), { id: peers, accepted: true });
  const endorsed = await as('ta', `PUT ${path}/answers/${peers}/endorsed`);
  t.match(await endorsed.json(), { id: peers, endorsed_by: { id: people.ta.id } });
  t.match(await (await as('otherStudent', `GET ${path}`)).json(), {
    status: 'resolved',
    answer_count: 2,
    accepted_answer_id: peers,
    answers: [
      { id: peers, body_md: 'otherStudent', author_role: 'student', accepted: true },
      { id: tas, body_md: 'ta', author_role: 'ta', accepted: false, endorsed_by: null },
    ],
  });
  const taken = await as('student', `DELETE ${path}/answers/${peers}/accepted`);
  t.match(await taken.json(), { accepted: false });
  const back = await as('instructor', `DELETE ${path}/answers/${peers}/endorsed`);
  t.match(await back.json(), { endorsed_by: null });
  t.match(await (await as('student', `GET ${path}`)).json(), { status: 'answered' });
});

t.test('an anonymous asker is in no byte of what a peer gets', async (t) => {
  const { as, course_id, people } = courseScene(t);
  const { id } = people.student;
  const posted = await as('student', `POST /v1/courses/${course_id}/queries`, {
    ...ASK,
    anonymous: true,
  });
  const query = (await posted.json()) as { id: string };
  const path = `/v1/queries/${query.id}`;
  const followUp = await as('student', `POST ${path}/answers`, { body_md: 'And: when?' });
  const { id: own } = (await followUp.json()) as { id: string };
  await as('ta', `PUT ${path}/answers/${own}/endorsed`);
  const seen = async (person: 'otherStudent' | 'ta' | 'instructor' | 'admin') => {
    const list = await as(person, `GET /v1/courses/${course_id}/queries`);
    const thread = await as(person, `GET ${path}`);
    const both = [list, thread];
    const headers = both.map((response) => JSON.stringify([...response.headers]));
    return [...headers, ...(await Promise.all(both.map((response) => response.text())))].join();
  };
  const peer = await seen('otherStudent');
  t.notOk(peer.includes(id), 'no id');
  t.notOk(peer.includes('"sue"'), 'no name');
  t.match(peer, '"by_asker":true');
  for (const person of ['ta', 'instructor', 'admin'] as const) {
    t.ok((await seen(person)).includes(id), `${person} knows`);
  }
});

const BAD: readonly [string, object, string, string][] = [
  ['to nobody', { to: 'dean' }, 'invalid_request', '/to'],
  ['no title', { title: '' }, 'invalid_request', '/title'],
  ['no body', { body_md: undefined }, 'invalid_request', '/body_md'],
  ['too much body', { body_md: 'x'.repeat(20_001) }, 'invalid_request', '/body_md'],
  ['half a character', { body_md: '\ud800' }, 'invalid_request', '/body_md'],
  ['an author', { author_id: 'usr_1' }, 'unknown_field', '/author_id'],
];

t.test('bad input is told where and why', async (t) => {
  const { as, course_id } = courseScene(t);
  const path = `/v1/courses/${course_id}/queries`;
  for (const [name, changes, code, pointer] of BAD) {
    const response = await as('student', `POST ${path}`, { ...ASK, ...changes });
    t.match(await response.json(), { status: 400, code, errors: [{ pointer }] }, name);
  }
  t.same(await itemsOf(as('ta', `GET ${path}`)), []);
});

t.test('the list goes page by page, newest first', async (t) => {
  const { as, course_id } = courseScene(t);
  const path = `/v1/courses/${course_id}/queries`;
  for (const title of ['1', '2', '3']) await as('student', `POST ${path}`, { ...ASK, title });
  const titles = async (query: string) => {
    const response = await as('student', `GET ${path}${query}`);
    const page = (await response.json()) as { items: { title: string }[]; next_cursor: string };
    return { titles: page.items.map(({ title }) => title), next: page.next_cursor };
  };
  const first = await titles('?limit=2');
  t.same(first.titles, ['3', '2']);
  await as('student', `POST ${path}`, { ...ASK, title: '4' });
  const second = await titles(`?limit=2&cursor=${first.next}`);
  t.same(second, { titles: ['1'], next: null });
  const bad = await as('student', `GET ${path}?cursor=x`);
  t.match(await bad.json(), { status: 400, code: 'invalid_cursor' });
});

t.test('the same key asks once', async (t) => {
  const { as, course_id } = courseScene(t);
  const path = `/v1/courses/${course_id}/queries`;
  const key = { 'Idempotency-Key': 'k' };
  const first = await (await as('student', `POST ${path}`, ASK, key)).json();
  const second = await as('student', `POST ${path}`, ASK, key);
  t.equal(second.headers.get('Idempotency-Replayed'), 'true');
  t.same(await second.json(), first);
  t.equal((await itemsOf(as('ta', `GET ${path}`))).length, 1);
});

t.test('who asks or answers says something', async (t) => {
  const { as, course_id } = courseScene(t);
  const path = `POST /v1/courses/${course_id}`;
  const blank = await as('student', `${path}/queries`, { ...ASK, body_md: ' \n\t' });
  t.equal(blank.status, 400);
  t.equal((await as('student', `${path}/tutor/messages`, { body_md: ' ' })).status, 400);
  const body_md = '\n  indented\u00a0';
  const kept = await as('student', `${path}/queries`, { ...ASK, body_md });
  t.match(await kept.json(), { body_md }, 'as it is');
});

t.test('the asker changes and deletes, and lists are narrowed', async (t) => {
  const { as, course_id, api } = courseScene(t);
  const list = `/v1/courses/${course_id}/queries`;
  const ask = async (body: object) =>
    ((await (await as('student', `POST ${list}`, { ...ASK, ...body })).json()) as { id: string })
      .id;
  const first = await ask({});
  const second = await ask({ to: 'tutor' });
  t.same(api.tutor.queries, [second], 'the tutor was told of its own');
  const reply = await as('ta', `POST /v1/queries/${first}/answers`, { body_md: 'Because.' });
  const { id: answer } = (await reply.json()) as { id: string };
  const ids = async (query: string) =>
    (await itemsOf<{ id: string }>(as('ta', `GET ${list}${query}`))).map(({ id }) => id);
  t.same(await ids('?unanswered=true'), [second]);
  t.same(await ids('?unanswered=false'), [second, first]);
  t.same(await ids('?to=instructor'), [first]);
  t.same(await ids('?mine=true'), []);
  t.equal((await as('ta', `GET ${list}?unanswered=yes`)).status, 400);

  const path = `/v1/queries/${first}`;
  const changed = await as('student', `PATCH ${path}`, { title: 'How?' }, { 'If-Match': '"2"' });
  t.match(await changed.json(), { title: 'How?', version: 3, answers: [{ id: answer }] });
  const stale = await as('student', `PATCH ${path}`, { title: 'x' }, { 'If-Match': '"2"' });
  t.match(await stale.json(), { code: 'version_mismatch', current_version: 3 });
  for (const method of ['PATCH', 'DELETE']) {
    const body = method === 'PATCH' ? { body_md: 'Or not.' } : undefined;
    const target = `${method} ${path}/answers/${answer}`;
    const refused = await as('ta', target, body, { 'If-Match': '"77"' });
    t.match(await refused.json(), { status: 400, code: 'invalid_header' }, `${target}: no version`);
  }
  const reworded = await as('ta', `PATCH ${path}/answers/${answer}`, { body_md: 'Or not.' });
  t.match(await reworded.json(), { body_md: 'Or not.' });
  t.match(await (await as('student', `DELETE ${path}`)).json(), { status: 409, code: 'conflict' });
  t.equal((await as('ta', `DELETE ${path}/answers/${answer}`)).status, 204);
  t.match(await (await as('student', `GET ${path}`)).json(), { status: 'open', answers: [] });
  t.equal((await as('student', `DELETE ${path}`)).status, 204);
  t.same(await ids(''), [second]);
});

t.test('nothing that a peer may read anywhere tells who asked anonymously', async (t) => {
  const { as, course_id, people, api } = courseScene(t);
  const course = `/v1/courses/${course_id}`;
  const asked = await as('student', `POST ${course}/queries`, { ...ASK, anonymous: true });
  const { id } = (await asked.json()) as { id: string };
  const path = `/v1/queries/${id}`;
  const followUp = await as('student', `POST ${path}/answers`, { body_md: 'And: when?' });
  const { id: own } = (await followUp.json()) as { id: string };
  await as('student', `PATCH ${path}`, { title: 'How?' });
  await as('student', `PATCH ${path}/answers/${own}`, { body_md: 'And: how?' });
  await as('ta', `PUT ${path}/answers/${own}/endorsed`);

  const peer = people.otherStudent.id;
  const readable = [
    `${course}/queries`,
    `${course}/queries?unanswered=true&to=instructor`,
    `${course}/queries?mine=true`,
    path,
    `${course}/progress/${peer}`,
    `${course}/announcements`,
    course,
    '/v1/incidents',
  ];
  const refused = [
    `${course}/enrollments`,
    `${course}/progress`,
    `${course}/statistics`,
    `/v1/audit-events?course_id=${course_id}`,
    '/v1/audit-events',
  ];
  for (const [targets, status] of [
    [readable, 200],
    [refused, 403],
  ] as const) {
    for (const target of targets) {
      const response = await as('otherStudent', `GET ${target}`);
      t.equal(response.status, status, target);
      const text = `${await response.text()} ${JSON.stringify([...response.headers])}`;
      t.notOk(text.includes(people.student.id), `no id in ${target}`);
      t.notOk(text.includes('"sue"'), `no name in ${target}`);
    }
  }
  for (const target of [`PATCH ${path}`, `DELETE ${path}/answers/${own}`, `DELETE ${path}`]) {
    const body = target.startsWith('PATCH') ? { title: 'x' } : undefined;
    const text = await (await as('otherStudent', target, body)).text();
    t.notOk(text.includes(people.student.id), target);
  }
  const events = api.machine.reader.all<{ type: string; user_id: string | null; data: string }>(
    'SELECT type, user_id, data FROM events WHERE data LIKE ?',
    `%${id}%`,
  );
  t.ok(events.length >= 5);
  t.notOk(JSON.stringify(events).includes(people.student.id), 'no event');
});
