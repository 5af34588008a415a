import t from 'tap';
import { stepImport } from '../../lms/commands/step-import.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import { rosterFiles } from '../../lms/imports/test-rosters.ts';
import { type ImportAnswer, importScene, studentIds } from '../testing-imports.ts';

t.test('a plan changes nothing; applied, it is what the roster says', async (t) => {
  const s = importScene(t);
  const before = s.rows();
  const plan = await s.plan(rosterFiles({ students: studentIds(3), classes: ['c1', 'c2'] }));
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
  const again = await s.plan(rosterFiles({ students: studentIds(3), classes: ['c1', 'c2'] }));
  t.equal(again.changes, 0, 'the ids are known now');
});

t.test('40 % of the rows missing: held, and nothing changed', async (t) => {
  const s = importScene(t);
  await s.import(rosterFiles({ students: studentIds(10) }));
  const before = s.rows();
  const held = await s.plan(rosterFiles({ students: studentIds(6) }));
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

t.test('a roster that says of many that they are suspended is held, too', async (t) => {
  const s = importScene(t);
  const roster = (status: string) =>
    studentIds(5).reduce(
      (rows, id) => `${rows}${id},${id},${status}\n`,
      'username,display_name,status\n',
    );
  await s.import(roster('active'));
  const held = await s.plan(roster('suspended'));
  t.equal(held.state, 'held');
  t.match(held.files, [{ updates: 0, removes: 5, present: 5 }]);
  t.match(held.held_because, [{ scope: 'file', name: 'roster.csv', removes: 5, present: 5 }]);
});

t.test('whoever a roster suspends is logged out, and stays so when they come back', async (t) => {
  const s = importScene(t);
  for (const [at, gone] of [
    'username,display_name\n',
    'username,display_name,status\nsue,Sue,suspended\n',
  ].entries()) {
    await s.import('username,display_name\nsue,Sue\n');
    const user_id = s.userId('sue');
    const hash = `$argon2id$${at}`;
    s.api.command(updateUser, { user_id, password_hash: hash }, s.admin.id);
    const token = s.api.session(user_id, hash);
    const me = async () => (await s.api.request('GET /v1/me', { token })).status;
    t.equal(await me(), 200);
    const { id } = await s.import(gone, '?mode=bulk');
    t.equal(await me(), 401);
    await s.must(id, 'undo');
    t.match(await s.get(`/v1/users/${user_id}`), { status: 'active' });
    t.equal(await me(), 401, gone);
  }
});

t.test('one who leaves holds nothing; thresholds can be chosen', async (t) => {
  const s = importScene(t);
  await s.import(rosterFiles({ students: studentIds(3) }));
  const fewer = rosterFiles({ students: studentIds(2) });
  t.equal((await s.plan(fewer)).state, 'planned');
  t.equal((await s.plan(fewer, '?max_removed=0')).state, 'held');
  const one = rosterFiles({ students: studentIds(1) });
  t.equal((await s.plan(one)).state, 'held');
  const query = '?max_removed_percent=100&max_removed_percent_per_course=100';
  t.equal((await s.plan(one, query)).state, 'planned');
  t.equal((await s.plan(one, `${query}&max_removed_per_course=1`)).state, 'held');
});

t.test('once per key; the roster is kept for 30 days', async (t) => {
  const s = importScene(t);
  const key = { 'Idempotency-Key': 'k1' };
  const csv = 'username,display_name\nann,Ann\n';
  const first = (await (await s.send(csv, '', key)).json()) as ImportAnswer;
  const response = await s.send(csv, '', key);
  t.equal(response.headers.get('Idempotency-Replayed'), 'true');
  t.equal(((await response.json()) as ImportAnswer).id, first.id);
  t.equal(s.count('imports'), 1);
  const other = await s.send(`${csv}bob,Bob\n`, '', key);
  t.equal(other.status, 422);
  for (const query of ['?source=other', '?mode=bulk', '?max_removed=1']) {
    const asked = await s.send(csv, query, key);
    t.match(await asked.json(), { code: 'idempotency_key_reused' }, query);
  }
  const content = await s.api.request(`GET /v1/files/${first.file_id}/content`, {
    token: s.admin.token,
  });
  t.equal(await content.text(), csv);
});

t.test('after 30 days there is nothing to apply, to undo or to see', async (t) => {
  const s = importScene(t);
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
  const s = importScene(t);
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
