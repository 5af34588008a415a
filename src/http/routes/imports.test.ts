import t, { type Test } from 'tap';
import { createCourse } from '../../lms/commands/create-course.ts';
import { enroll } from '../../lms/commands/enroll.ts';
import { stepImport } from '../../lms/commands/step-import.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import { manifest, rosterFiles, table } from '../../lms/imports/test-rosters.ts';
import { type ImportAnswer, type ImportProblem, ImportScene } from '../testing-imports.ts';

function scene(t: Test): ImportScene {
  const made = new ImportScene();
  t.teardown(() => made.api.close());
  return made;
}

const COURSE = { course_id: 'crs_hand', code: 'H', title: 'By hand', description_md: '' };

const ids = (count: number, from = 1) => Array.from({ length: count }, (_, n) => `s${n + from}`);

/** As the leader's background job does. */
function stepOn(s: ImportScene, id: string): ImportAnswer[] {
  const seen: ImportAnswer[] = [];
  for (;;) {
    const row = s.api.machine.reader.get<{ version: number; state: string }>(
      'SELECT version, state FROM imports WHERE id = ?',
      id,
    );
    if (row === undefined || !/ing|back/.test(row.state)) return seen;
    s.api.command(stepImport, { import_id: id, from_version: row.version });
    seen.push(row as unknown as ImportAnswer);
  }
}

t.test('a plan changes nothing; applied, it is what the roster says', async (t) => {
  const s = scene(t);
  const before = s.rows();
  const plan = await s.plan(rosterFiles({ students: ids(3), classes: ['c1', 'c2'] }));
  t.equal(plan.state, 'planned');
  t.equal(plan.changes, 4 + 2 + 8);
  t.same(s.rows(), before);
  t.match(plan.files, [
    { file: 'users.csv', rows: 4, creates: 4 },
    { file: 'classes.csv', creates: 2 },
    { file: 'enrollments.csv', creates: 8, removes: 0 },
  ]);
  const page = await s.get<{ items: object[]; next_cursor: string }>(
    `/v1/imports/${plan.id}/changes?limit=2`,
  );
  t.match(page.items, [
    { n: 0, operation: 'create', place: 'users.csv:2', before: null, after: { username: 't1' } },
    { n: 1, state: 'planned' },
  ]);
  t.ok(page.next_cursor);

  t.match(await s.must(plan.id, 'apply'), { state: 'applied', changes_applied: 14, conflicts: 0 });
  t.equal(s.count('users'), 1 + 4);
  t.equal(s.count('enrollments'), 8);
  const user = await s.get<object>(`/v1/users/${s.userId('t1')}`);
  t.match(user, { username: 't1', site_role: 'instructor', email: 't1@example.org' });
  t.match(await s.get('/v1/imports'), { items: [{ id: plan.id, state: 'applied' }] });
  const again = await s.plan(rosterFiles({ students: ids(3), classes: ['c1', 'c2'] }));
  t.equal(again.changes, 0, 'the ids are known now');
});

t.test('40 % of the rows missing: held, and nothing changed', async (t) => {
  const s = scene(t);
  await s.import(rosterFiles({ students: ids(10) }));
  const before = s.rows();
  const held = await s.plan(rosterFiles({ students: ids(6) }));
  t.equal(held.state, 'held');
  t.match(held.held_because, [
    { scope: 'file', name: 'users.csv', removes: 4, present: 11 },
    { scope: 'file', name: 'enrollments.csv' },
    { scope: 'course', removes: 4, present: 11 },
  ]);
  const refused = await s.act(held.id, 'apply', {});
  t.equal(refused.status, 409);
  t.match(await refused.json(), { code: 'import_held' });
  t.same(s.rows(), before, 'nothing changed');
  t.match(await s.must(held.id, 'apply'), { state: 'applied' });
  t.equal(s.count('enrollments'), 7);
  const gone = await s.get<object>(`/v1/users/${s.userId('s9')}`);
  t.match(gone, { status: 'suspended' });
});

t.test('one who leaves holds nothing; thresholds can be chosen', async (t) => {
  const s = scene(t);
  await s.import(rosterFiles({ students: ids(3) }));
  const fewer = rosterFiles({ students: ids(2) });
  t.equal((await s.plan(fewer)).state, 'planned');
  t.equal((await s.plan(fewer, '?max_removed=0')).state, 'held');
  const one = rosterFiles({ students: ids(1) });
  t.equal((await s.plan(one)).state, 'held');
  const query = '?max_removed_percent=100&max_removed_percent_per_course=100';
  t.equal((await s.plan(one, query)).state, 'planned');
  t.equal((await s.plan(one, `${query}&max_removed_per_course=1`)).state, 'held');
});

t.test('undo restores to the byte', async (t) => {
  const s = scene(t);
  await s.import(rosterFiles({ students: ids(6), classes: ['c1', 'c2'] }));
  s.api.user('manual', 'student');
  const before = s.rows();
  const changed = rosterFiles({
    students: [...ids(3), 'manual', ...ids(4, 20)],
    classes: ['c1', 'c3'],
  });
  const files = { ...changed, 'users.csv': changed['users.csv'].replace('Given,S1,', 'Other,S1,') };
  const done = await s.import(files);
  t.equal(done.state, 'applied');
  const kinds = new Set(
    s.api.machine.reader
      .all<{ k: string }>("SELECT kind || ' ' || operation AS k FROM import_changes")
      .map(({ k }) => k),
  );
  for (const kind of [
    'user create',
    'user update',
    'user remove',
    'course create',
    'course remove',
  ]) {
    t.ok(kinds.has(kind), kind);
  }
  t.ok(kinds.has('enrollment create') && kinds.has('enrollment remove'));
  t.notSame(s.rows(), before);
  t.match(await s.must(done.id, 'undo'), { state: 'undone', conflicts: 0, changes_applied: 0 });
  t.same(s.rows(), before);
  t.equal((await s.act(done.id, 'undo')).status, 409, 'once');
});

t.test('undo leaves what others changed since, and says so', async (t) => {
  const s = scene(t);
  const done = await s.import(rosterFiles({ students: ids(3) }));
  const edited = s.userId('s1');
  s.api.command(updateUser, { user_id: edited, display_name: 'By hand' }, s.admin.id);
  s.api.command(createCourse, COURSE, s.admin.id);
  const { course_id } = COURSE;
  s.api.command(enroll, { course_id, user_id: s.userId('s2'), role: 'student' }, s.admin.id);
  const undone = await s.must(done.id, 'undo');
  t.match(undone, { state: 'undone', conflicts: 2 });
  const { items } = await s.get<{ items: object[] }>(
    `/v1/imports/${done.id}/changes?state=conflict`,
  );
  t.match(items, [
    { object_id: edited, state: 'conflict', detail: /changed after the import/ },
    { object_id: s.userId('s2'), detail: /in use/ },
  ]);
  t.equal(s.count('users'), 1 + 2);
  t.match(await s.get(`/v1/users/${edited}`), { display_name: 'By hand' });
});

t.test('what was changed after the plan makes all of it fail, and nothing stays', async (t) => {
  const s = scene(t);
  await s.import(rosterFiles({ students: ids(3) }));
  const files = rosterFiles({ students: ids(250) });
  const renamed = files['users.csv'].replaceAll('Given,S', 'Other,S');
  const plan = await s.plan({ ...files, 'users.csv': renamed });
  // The last thing that the import does.
  const last = await s.plan(rosterFiles({ students: ids(2) }));
  s.api.command(updateUser, { user_id: s.userId('s3'), display_name: 'X' }, s.admin.id);
  const before = s.rows();
  for (const id of [plan.id, last.id]) {
    await s.must(id, 'apply');
    stepOn(s, id);
    t.match(await s.get(`/v1/imports/${id}`), {
      state: 'failed',
      conflicts: 1,
      changes_applied: 0,
    });
    t.same(s.rows(), before);
  }
  const { items } = await s.get<{ items: object[] }>(
    `/v1/imports/${last.id}/changes?state=conflict`,
  );
  t.match(items, [{ object_id: s.userId('s3'), detail: /Make a new plan/ }]);
});

t.test('a large import goes on in steps, forwards and backwards', async (t) => {
  const s = scene(t);
  const before = s.rows();
  const plan = await s.plan(rosterFiles({ students: ids(400) }));
  t.match(await s.must(plan.id, 'apply'), { state: 'applying', changes_applied: 200 });
  t.equal((await s.act(plan.id, 'undo')).status, 409);
  const other = await s.plan('username,display_name\nann,Ann\n');
  const busy = await s.act(other.id, 'apply');
  t.match(await busy.json(), { code: 'conflict', detail: new RegExp(plan.id) });
  const twice =
    s.api.machine.reader.get<{ version: number }>('SELECT version FROM imports')?.version ?? 0;
  s.api.command(stepImport, { import_id: plan.id, from_version: twice });
  s.api.command(stepImport, { import_id: plan.id, from_version: twice });
  t.match(
    await s.get(`/v1/imports/${plan.id}`),
    { changes_applied: 400 },
    'a late step does nothing',
  );
  stepOn(s, plan.id);
  t.match(await s.get(`/v1/imports/${plan.id}`), { state: 'applied', changes_applied: 803 });
  t.equal(s.count('enrollments'), 401);
  t.match(await s.must(plan.id, 'undo'), { state: 'undoing' });
  stepOn(s, plan.id);
  t.match(await s.get(`/v1/imports/${plan.id}`), { state: 'undone', conflicts: 0 });
  t.same(s.rows(), before);
});

t.test('a delta says what changed; what another source brought is never removed', async (t) => {
  const s = scene(t);
  await s.import(rosterFiles({ students: ids(3) }), '?source=a');
  await s.import(rosterFiles({ students: [] }), '?source=b');
  t.equal(s.count('enrollments'), 4 + 1);
  const delta = {
    'manifest.csv': manifest({ users: 'delta', enrollments: 'delta' }),
    'users.csv': table('sourcedId,status,enabledUser,username,givenName,familyName', [
      's1,tobedeleted,,,,',
      's7,active,true,s7,New,One',
    ]),
    'enrollments.csv': table('sourcedId,status,classSourcedId,userSourcedId,role', [
      'e-s1-c1,tobedeleted,c1,s1,student',
      'e-s7-c1,active,c1,s7,aide',
    ]),
  };
  const done = await s.import(delta, '?source=a');
  t.match(done.files, [
    { creates: 1, removes: 1 },
    { creates: 1, removes: 1 },
  ]);
  t.match(await s.get(`/v1/users/${s.userId('s1')}`), { status: 'suspended' });
  const orphan = { ...delta, 'enrollments.csv': delta['enrollments.csv'].replace(',s7,', ',s8,') };
  const problem = (await (await s.send(orphan, '?source=a')).json()) as ImportProblem;
  t.match(problem, {
    code: 'import_invalid',
    errors: [{ pointer: '/enrollments.csv/3', code: 'orphan', detail: /enrollments\.csv:3: "s8"/ }],
  });
});

t.test('whom an import suspended comes back; whom people suspended does not', async (t) => {
  const s = scene(t);
  const all = rosterFiles({ students: ids(4) });
  await s.import(all);
  s.api.command(updateUser, { user_id: s.userId('s1'), status: 'suspended' }, s.admin.id);
  await s.import(rosterFiles({ students: ids(3) }));
  t.match(await s.get(`/v1/users/${s.userId('s4')}`), { status: 'suspended' });
  await s.import(all);
  t.match(await s.get(`/v1/users/${s.userId('s4')}`), { status: 'active' });
  t.match(await s.get(`/v1/users/${s.userId('s1')}`), { status: 'suspended' });
});

t.test('administrators are linked, never changed or suspended', async (t) => {
  const s = scene(t);
  const before = await s.get(`/v1/users/${s.admin.id}`);
  await s.import(rosterFiles({ students: ['root', ...ids(3)] }));
  await s.import(rosterFiles({ students: ids(3) }));
  t.same(await s.get(`/v1/users/${s.admin.id}`), before);
});

t.test('a plain CSV of enrollments', async (t) => {
  const s = scene(t);
  await s.import('username,display_name\nann,Ann\nbob,Bob\n');
  await s.import(rosterFiles({ students: [] }));
  const course = s.api.machine.reader.get<{ id: string }>('SELECT id FROM courses')?.id ?? '';
  const rows = `course_id,username,role\n${course},ann,ta\n`;
  await s.import(`${rows}${course},bob,student\n`, '?source=office');
  t.equal(s.count('enrollments'), 3);
  const fewer = await s.plan(rows, '?source=office&mode=bulk');
  t.match(fewer.files, [{ removes: 1, present: 2 }]);
  const problem = (await (
    await s.send('course_id,username,role\ncrs_0,ann,ta\n')
  ).json()) as ImportProblem;
  t.match(problem.errors, [{ code: 'orphan', detail: /roster\.csv:2: "crs_0" is no course/ }]);
  const unknown = await s.send(`course_id,username,role\n${course},eve,ta\n`);
  t.equal(unknown.status, 422);
});

t.test('a bad file leaves nothing behind', async (t) => {
  const s = scene(t);
  const index = s.api.machine.applied.index;
  const files = rosterFiles({ students: ids(3) });
  const bad = { ...files, 'users.csv': files['users.csv'].replace('Given,S1', '=cmd(),S1') };
  const problem = (await (await s.send(bad)).json()) as ImportProblem;
  t.match(problem, {
    code: 'import_invalid',
    errors: [{ pointer: '/users.csv/3/givenName', code: 'formula_cell' }],
    errors_total: 1,
  });
  t.equal((await s.send('')).status, 422);
  t.equal(s.api.machine.applied.index, index, 'nothing in the log');
  t.equal(s.api.blobs.kept.size + s.api.blobs.staged.size, 0, 'nothing on a disk');
  await s.import('username,display_name\nann,Ann\n');
  t.equal(s.api.blobs.staged.size, 0);
});

t.test('a username that was somebody else’s; nothing of the rest is staged', async (t) => {
  const s = scene(t);
  const gone = s.api.user('gone', 'student');
  await s.api.request(`DELETE /v1/users/${gone.id}`, { token: s.admin.token });
  const index = s.api.machine.applied.index;
  const many = Array.from({ length: 700 }, (_, n) => `u${n},U\n`).join('');
  const response = await s.send(`username,display_name\n${many}gone,New\n`);
  const problem = (await response.json()) as ImportProblem;
  t.match(problem.errors, [{ pointer: '/roster.csv/702/username', code: 'username_taken' }]);
  t.equal(s.api.machine.applied.index, index);
});

t.test('a bulk CSV speaks of the courses that it names only', async (t) => {
  const s = scene(t);
  await s.import('username,display_name\nann,Ann\nbob,Bob\n');
  await s.import(rosterFiles({ students: [], classes: ['c1', 'c2'] }));
  const [one, two] = s.api.machine.reader.all<{ id: string }>('SELECT id FROM courses');
  const row = (course: typeof one, user: string) => `${course?.id},${user},student\n`;
  const header = 'course_id,username,role\n';
  const all = row(one, 'ann') + row(one, 'bob') + row(two, 'ann') + row(two, 'bob');
  await s.import(header + all, '?source=office');
  const plan = await s.plan(header + row(one, 'ann'), '?source=office&mode=bulk');
  t.match(plan.files, [{ removes: 1, present: 4, unchanged: 1 }]);
});

t.test('once per key; the roster is kept for 30 days', async (t) => {
  const s = scene(t);
  const key = { 'Idempotency-Key': 'k1' };
  const csv = 'username,display_name\nann,Ann\n';
  const first = (await (await s.send(csv, '', key)).json()) as ImportAnswer;
  const response = await s.send(csv, '', key);
  t.equal(response.headers.get('Idempotency-Replayed'), 'true');
  t.equal(((await response.json()) as ImportAnswer).id, first.id);
  t.equal(s.count('imports'), 1);
  const other = await s.send(`${csv}bob,Bob\n`, '', key);
  t.equal(other.status, 422);
  const content = await s.api.request(`GET /v1/files/${first.file_id}/content`, {
    token: s.admin.token,
  });
  t.equal(await content.text(), csv);
});

t.test('after 30 days there is nothing to apply, to undo or to see', async (t) => {
  const s = scene(t);
  const done = await s.import('username,display_name\nann,Ann\n');
  const planned = await s.plan('username,display_name\nbob,Bob\n');
  const later = Date.now() + 30 * 24 * 60 * 60 * 1000 + 60_000;
  s.api.consensus.now = () => later;
  const token = s.api.session(s.admin.id);
  const act = async (id: string, verb: string, body?: object) =>
    (
      (await (
        await s.api.request(`POST /v1/imports/${id}/${verb}`, { token, ...(body && { body }) })
      ).json()) as { code: string }
    ).code;
  t.equal(await act(done.id, 'undo'), 'closed');
  t.equal(await act(planned.id, 'apply', {}), 'closed');
  for (const { id } of [done, planned]) {
    for (let n = 0; n < 2; n += 1) {
      const { version = 0 } =
        s.api.machine.reader.get<{ version: number }>(
          'SELECT version FROM imports WHERE id = ?',
          id,
        ) ?? {};
      s.api.command(stepImport, { import_id: id, from_version: version });
    }
  }
  t.equal(s.count('import_changes'), 0);
  t.same(
    s.api.machine.reader
      .all<{ state: string }>('SELECT state FROM imports')
      .map((row) => row.state),
    ['applied', 'expired'],
  );
});

t.test('for administrators only', async (t) => {
  const s = scene(t);
  const plan = await s.plan('username,display_name\nann,Ann\n');
  for (const role of ['instructor', 'student'] as const) {
    const { token } = s.api.user(role, role);
    t.equal((await s.send('username,display_name\nx,X\n', '', {}, token)).status, 403);
    for (const target of [
      'GET /v1/imports',
      `GET /v1/imports/${plan.id}`,
      `GET /v1/imports/${plan.id}/changes`,
      `POST /v1/imports/${plan.id}/undo`,
    ]) {
      t.equal((await s.api.request(target, { token })).status, 403, target);
    }
    const applied = await s.api.request(`POST /v1/imports/${plan.id}/apply`, { token, body: {} });
    t.equal(applied.status, 403);
  }
  t.equal((await s.act('imp_none', 'apply')).status, 404);
});
