import t, { type Test } from 'tap';
import { finishErasures } from './erasure-worker.ts';
import type { TestApi } from './http/testing.ts';
import { courseScene, itemsOf } from './http/testing-course.ts';
import { ProposalError } from './raft/errors.ts';

const NAMES = ['Zebulon', 'zeb.q', 'zeb@example.org'];

/** Every table, every row, every column. */
function tablesWith(api: TestApi, text: string): string[] {
  const tables = api.machine.reader.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table'",
  );
  return tables
    .map(({ name }) => name)
    .filter((name) => {
      const rows = JSON.stringify(api.machine.reader.all(`SELECT * FROM "${name}"`));
      return rows.toLowerCase().includes(text.toLowerCase());
    });
}

/** Somebody who has done all that leaves a name somewhere. */
async function scene(t: Test) {
  const { api, as, course_id, people, assignment } = courseScene(t);
  const body = {
    username: 'Zeb.Q',
    password: 'long enough',
    display_name: 'Zebulon Quux',
    email: 'zeb@example.org',
    site_role: 'student',
  };
  const zeb = (await (await as('admin', 'POST /v1/users', body)).json()) as { id: string };
  await as('instructor', `PUT /v1/courses/${course_id}/enrollments/${zeb.id}`, { role: 'student' });
  const login = await api.request('POST /v1/auth/login', {
    body: { username: 'zeb.q', password: body.password },
  });
  const { token } = (await login.json()) as { token: string };
  const own = (target: string, content: object) => api.request(target, { token, body: content });
  await own('PATCH /v1/me', { email: 'zeb@example.org' });
  await own('POST /v1/tokens', { name: 'Script', scopes: ['read'] });
  t.equal((await own('POST /v1/me/feeds', { name: 'Phone' })).status, 201);
  const handedIn = await own(`POST /v1/assignments/${assignment()}/submissions`, {
    text_md: 'Done.',
  });
  t.equal(handedIn.status, 201);
  const { id: submission_id } = (await handedIn.json()) as { id: string };
  const query = await own(`POST /v1/courses/${course_id}/queries`, {
    to: 'instructor',
    title: 'Why?',
    body_md: 'I wonder.',
  });
  t.equal(query.status, 201);
  const graded = await as(
    'instructor',
    `PUT /v1/submissions/${submission_id}/grade`,
    { points: 7, state: 'posted' },
    { 'If-Match': '"0"' },
  );
  t.equal(graded.status, 200);
  await api.request('POST /v1/auth/login', { body: { username: 'zeb.q', password: 'wrong' } });
  const erase = () => as('admin', `POST /v1/users/${zeb.id}/erasure`);
  const finish = () => finishErasures(api.consensus, api.machine.reader);
  return {
    api,
    as,
    zeb,
    token,
    people,
    course_id,
    submission_id,
    erase,
    finish,
    password: body.password,
  };
}

t.test('no row of any table holds the name of who was erased', async (t) => {
  const { api, erase, finish } = await scene(t);
  for (const name of NAMES) t.ok(tablesWith(api, name).length > 0, `${name} was there`);
  t.equal((await erase()).status, 200);
  t.same(tablesWith(api, 'zebulon'), ['results'], 'at once, but for stored results');
  await finish();
  for (const name of NAMES) t.same(tablesWith(api, name), [], name);
  t.equal(api.machine.reader.get<{ n: number }>('SELECT count(*) AS n FROM erasures')?.n, 0);
});

t.test('grades and audit stay, under a pseudonym', async (t) => {
  const { as, api, zeb, submission_id, erase, finish } = await scene(t);
  const before = await (await as('admin', `GET /v1/audit-events?actor_id=${zeb.id}`)).json();
  const hash = () =>
    as('admin', 'GET /v1/audit/chain?from=1&to=20').then((answer) => answer.json());
  const chain = await hash();
  await erase();
  await finish();
  t.same(await (await as('admin', `GET /v1/audit-events?actor_id=${zeb.id}`)).json(), before);
  t.same(await hash(), chain);
  const grade = await as('instructor', `GET /v1/submissions/${submission_id}/grade`);
  t.match(await grade.json(), { points: 7, state: 'posted' });
  const submission = await (await as('instructor', `GET /v1/submissions/${submission_id}`)).text();
  t.ok(submission.includes(`Erased user ${zeb.id.slice(-6)}`));
  t.ok(submission.includes(zeb.id));
  t.same(tablesWith(api, 'erased-').includes('users'), true);
});

t.test('what an import knows of somebody goes too', async (t) => {
  const { api, as, finish } = await scene(t);
  const roster =
    'username,display_name,email,external_id\nyeti,Yeti Yoder,yeti@example.org,S-4711\n';
  const headers = { 'Content-Type': 'text/csv' };
  const planned = await as('admin', 'POST /v1/imports', roster, headers);
  t.equal(planned.status, 201);
  const { id } = (await planned.json()) as { id: string };
  const applied = await as('admin', `POST /v1/imports/${id}/apply`, { approve: true });
  t.equal(applied.status, 200);
  const found = await itemsOf<{ id: string }>(as('admin', 'GET /v1/users?username=yeti'));
  t.equal(found.length, 1);
  t.ok(tablesWith(api, 'S-4711').length > 0);
  t.equal((await as('admin', `POST /v1/users/${found[0]?.id}/erasure`)).status, 200);
  await finish();
  for (const name of ['yeti', 'S-4711']) t.same(tablesWith(api, name), [], name);
  const changes = await as('admin', `GET /v1/imports/${id}/changes`);
  t.ok((await changes.text()).includes('Erased user'));
});

t.test(
  'a roster with somebody in it goes too, also if it changed nothing about them',
  async (t) => {
    const { api, as, people, erase, finish } = await scene(t);
    const planned = await as(
      'admin',
      'POST /v1/imports',
      'username,display_name\nyeti,Yeti Yoder\n',
      {
        'Content-Type': 'text/csv',
      },
    );
    const { id, file_id } = (await planned.json()) as { id: string; file_id: string };
    const { token } = people.admin;
    const roster = () => api.request(`GET /v1/files/${file_id}/content`, { token });
    t.match(await (await roster()).text(), /Yeti/);
    await erase();
    await finish();
    t.equal((await roster()).status, 404);
    t.equal((await as('admin', `POST /v1/imports/${id}/apply`, {})).status, 200);
    t.equal((await as('admin', `POST /v1/imports/${id}/undo`)).status, 200, 'neither needs it');
  },
);

t.test('a roster that somebody attached is a file like any other', async (t) => {
  const { api, as, people, course_id, erase, finish } = await scene(t);
  const planned = await as(
    'admin',
    'POST /v1/imports',
    'username,display_name\nyeti,Yeti Yoder\n',
    {
      'Content-Type': 'text/csv',
    },
  );
  const { file_id } = (await planned.json()) as { file_id: string };
  const assignment = { title: 'Read it', points_possible: 1, attachments: [file_id] };
  const made = await as('admin', `POST /v1/courses/${course_id}/assignments`, assignment);
  t.equal(made.status, 201);
  await erase();
  await finish();
  const { token } = people.admin;
  t.equal((await api.request(`GET /v1/files/${file_id}/content`, { token })).status, 200);
});

t.test('the id of an enrollment that ended before has the username in it', async (t) => {
  const { api, as, zeb, course_id, erase, finish } = await scene(t);
  const roster = `course_id,username,role\n${course_id},zeb.q,student\n`;
  const planned = await as('admin', 'POST /v1/imports', roster, { 'Content-Type': 'text/csv' });
  const { id } = (await planned.json()) as { id: string };
  t.equal((await as('admin', `POST /v1/imports/${id}/apply`, {})).status, 200);
  const enrollment = `/v1/courses/${course_id}/enrollments/${zeb.id}`;
  t.equal((await as('instructor', `DELETE ${enrollment}`)).status, 204);
  t.ok(tablesWith(api, 'zeb.q').includes('external_ids'));
  t.equal((await erase()).status, 200);
  await finish();
  t.same(tablesWith(api, 'zeb.q'), []);
});

t.test('nor is the name of a grader in what others were refused with', async (t) => {
  const { api, as, people, assignment } = courseScene(t);
  const work = `/v1/assignments/${assignment()}/submissions`;
  const handedIn = await as('student', `POST ${work}`, { text_md: 'Done.' });
  const { id } = (await handedIn.json()) as { id: string };
  await as('ta', 'PATCH /v1/me', { display_name: 'Zebulon Quux' });
  t.equal((await as('ta', `PUT /v1/submissions/${id}/claim`)).status, 200);
  const locked = await as('instructor', `PUT /v1/submissions/${id}/claim`);
  t.match(await locked.json(), { code: 'locked', current: { holder: { id: people.ta.id } } });
  t.equal((await as('admin', `POST /v1/users/${people.ta.id}/erasure`)).status, 200);
  await finishErasures(api.consensus, api.machine.reader);
  t.same(tablesWith(api, 'zebulon'), []);
});

t.test('nobody is left who could log in, and the name is free', async (t) => {
  const { api, as, zeb, token, password, erase } = await scene(t);
  await erase();
  t.equal((await api.request('GET /v1/me', { token })).status, 401);
  const login = { username: 'zeb.q', password };
  t.equal((await api.request('POST /v1/auth/login', { body: login })).status, 401);
  const again = await as('admin', 'POST /v1/users', { username: 'zeb.q', site_role: 'student' });
  t.equal(again.status, 201);
  for (const table of ['sessions', 'refresh_families', 'feeds']) {
    const row = api.machine.reader.get<{ n: number }>(
      `SELECT count(*) AS n FROM ${table} WHERE user_id = ?`,
      zeb.id,
    );
    t.equal(row?.n, 0, table);
  }
});

t.test('a replay after the erasure gets the same answer, without the name', async (t) => {
  const { as, api, people, erase, finish } = await scene(t);
  const headers = { 'Idempotency-Key': 'k1' };
  const body = { username: 'yara', display_name: 'Yara', site_role: 'student' };
  const first = await as('admin', 'POST /v1/users', body, headers);
  const yara = (await first.json()) as { id: string };
  await erase();
  t.equal((await as('admin', `POST /v1/users/${yara.id}/erasure`)).status, 200);
  await finish();
  const replay = await as('admin', 'POST /v1/users', body, headers);
  t.equal(replay.status, 201);
  t.equal(replay.headers.get('Idempotency-Replayed'), 'true');
  t.match(await replay.json(), {
    id: yara.id,
    username: `erased-${yara.id}`,
    display_name: `Erased user ${yara.id.slice(-6)}`,
    email: null,
  });
  const events = JSON.stringify(
    api.machine.reader.all("SELECT result FROM results WHERE result LIKE '%ann%'"),
  );
  t.ok(events.includes(people.instructor.id), 'other names are left alone');
});

t.test('who may, and how often', async (t) => {
  const { as, api, zeb, people, erase } = await scene(t);
  for (const who of ['student', 'ta', 'instructor', 'foreignInstructor'] as const) {
    t.equal((await as(who, `POST /v1/users/${zeb.id}/erasure`)).status, 403, who);
  }
  t.equal((await as(null, `POST /v1/users/${zeb.id}/erasure`)).status, 401);
  t.equal((await as('admin', 'POST /v1/users/usr_missing/erasure')).status, 404);
  const last = await as('admin', `POST /v1/users/${people.admin.id}/erasure`);
  t.match(await last.json(), { code: 'conflict' }, 'the last administrator');
  const first = await (await erase()).json();
  t.same(await (await erase()).json(), first, 'twice is once');
  t.equal((await as('admin', `DELETE /v1/users/${people.student.id}`)).status, 204);
  const deleted = await as('admin', `POST /v1/users/${people.student.id}/erasure`);
  t.equal(deleted.status, 200, 'who was deleted, too');
  t.same(
    tablesWith(api, '"sue"').filter((name) => name === 'users'),
    [],
  );
});

t.test('without a majority the rest of an erasure waits', async (t) => {
  const { api, erase, finish } = await scene(t);
  await erase();
  api.consensus.beforePropose = () =>
    Promise.reject(new ProposalError('no_quorum', 'not_applied', 'alone'));
  await finish();
  t.same(tablesWith(api, 'zebulon'), ['results']);
  api.consensus.beforePropose = () => Promise.resolve();
  await finish();
  t.same(tablesWith(api, 'zebulon'), []);
});
