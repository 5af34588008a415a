import t from 'tap';
import { createCourse } from '../../lms/commands/create-course.ts';
import { enroll } from '../../lms/commands/enroll.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import { rosterFiles } from '../../lms/imports/test-rosters.ts';
import { importScene, studentIds } from '../testing-imports.ts';

const COURSE = { course_id: 'crs_hand', code: 'H', title: 'By hand', description_md: '' };

t.test('undo restores to the byte', async (t) => {
  const s = importScene(t);
  await s.import(rosterFiles({ students: studentIds(6), classes: ['c1', 'c2'] }));
  s.api.user('manual', 'student');
  const before = s.rows();
  const changed = rosterFiles({
    students: [...studentIds(3), 'manual', ...studentIds(4, 20)],
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
  const s = importScene(t);
  const done = await s.import(rosterFiles({ students: studentIds(3) }));
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
