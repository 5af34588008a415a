import t from 'tap';
import { updateUser } from '../../lms/commands/update-user.ts';
import { manifest, rosterFiles, table } from '../../lms/imports/test-rosters.ts';
import { type ImportProblem, importScene, studentIds } from '../testing-imports.ts';

t.test('a delta says what changed; what another source brought is never removed', async (t) => {
  const s = importScene(t);
  await s.import(rosterFiles({ students: studentIds(3) }), '?source=a');
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
  const s = importScene(t);
  const all = rosterFiles({ students: studentIds(4) });
  await s.import(all);
  s.api.command(updateUser, { user_id: s.userId('s1'), status: 'suspended' }, s.admin.id);
  await s.import(rosterFiles({ students: studentIds(3) }));
  t.match(await s.get(`/v1/users/${s.userId('s4')}`), { status: 'suspended' });
  await s.import(all);
  t.match(await s.get(`/v1/users/${s.userId('s4')}`), { status: 'active' });
  t.match(await s.get(`/v1/users/${s.userId('s1')}`), { status: 'suspended' });
});

t.test('administrators are linked, never changed or suspended', async (t) => {
  const s = importScene(t);
  const before = await s.get(`/v1/users/${s.admin.id}`);
  await s.import(rosterFiles({ students: ['root', ...studentIds(3)] }));
  await s.import(rosterFiles({ students: studentIds(3) }));
  t.same(await s.get(`/v1/users/${s.admin.id}`), before);
});

t.test('a plain CSV of enrollments', async (t) => {
  const s = importScene(t);
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

t.test('a bulk CSV speaks of the courses that it names only', async (t) => {
  const s = importScene(t);
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

t.test('a bad file leaves nothing behind', async (t) => {
  const s = importScene(t);
  const index = s.api.machine.applied.index;
  const files = rosterFiles({ students: studentIds(3) });
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
  const s = importScene(t);
  const gone = s.api.user('gone', 'student');
  await s.api.request(`DELETE /v1/users/${gone.id}`, { token: s.admin.token });
  const index = s.api.machine.applied.index;
  const many = Array.from({ length: 700 }, (_, n) => `u${n},U\n`).join('');
  const response = await s.send(`username,display_name\n${many}gone,New\n`);
  const problem = (await response.json()) as ImportProblem;
  t.match(problem.errors, [{ pointer: '/roster.csv/702/username', code: 'username_taken' }]);
  t.equal(s.api.machine.applied.index, index);
});
