import t from 'tap';
import { stepImport } from '../../lms/commands/step-import.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import { rosterFiles } from '../../lms/imports/test-rosters.ts';
import {
  type ImportAnswer,
  type ImportScene,
  importScene,
  studentIds,
} from '../testing-imports.ts';

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

t.test('what was changed after the plan makes all of it fail, and nothing stays', async (t) => {
  const s = importScene(t);
  await s.import(rosterFiles({ students: studentIds(3) }));
  const files = rosterFiles({ students: studentIds(250) });
  const renamed = files['users.csv'].replaceAll('Given,S', 'Other,S');
  const plan = await s.plan({ ...files, 'users.csv': renamed });
  // The last thing that the import does.
  const last = await s.plan(rosterFiles({ students: studentIds(2) }));
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
  const s = importScene(t);
  const before = s.rows();
  const plan = await s.plan(rosterFiles({ students: studentIds(400) }));
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
