import t from 'tap';
import { PEOPLE, TestCourse } from '../test-course.ts';
import { apply, plan, staged, USER, undo } from '../test-imports.ts';
import type { ImportChange } from './import-change.ts';

/** Applies an import `imp_<n>` of these changes. */
function applied(course: TestCourse, n: number, changes: readonly ImportChange[]): void {
  const id = { import_id: `imp_${n}` };
  const file = { ...plan().file, file_id: `fil_${n}` };
  course.must(null, 'STAGE_IMPORT', { ...staged({ changes }), ...id });
  course.must(PEOPLE.admin, 'PLAN_IMPORT', {
    ...plan({ file, change_count: changes.length }),
    ...id,
  });
  course.must(PEOPLE.admin, 'APPLY_IMPORT', apply(n));
}

function conflicts(course: TestCourse, n: number) {
  return course.reader.all<{ state: string; detail: string }>(
    "SELECT state, detail FROM import_changes WHERE import_id = ? AND state = 'conflict'",
    `imp_${n}`,
  );
}

t.test('a username that was taken since is not taken back', (t) => {
  const course = new TestCourse();
  applied(course, 1, [USER]);
  const fields = { username: 'newer', username_key: 'newer' };
  const renamed = { ...USER, operation: 'update', adds_link: false, expected_version: 1, fields };
  applied(course, 2, [renamed as ImportChange]);
  applied(course, 3, [{ ...USER, external_id: 's-2', object_id: 'usr_other' }]);
  course.must(PEOPLE.admin, 'UNDO_IMPORT', undo(2));
  t.match(conflicts(course, 2), [{ detail: /username was taken/ }]);
  t.end();
});

t.test('nobody is enrolled again who is not there any more, nor in a course that is not', (t) => {
  const course = new TestCourse();
  const made: ImportChange = {
    ...USER,
    kind: 'enrollment',
    external_id: 'c-1/s-1',
    object_id: 'crs_1/usr_new',
    fields: { role: 'student' },
  };
  applied(course, 1, [USER, made]);
  applied(course, 2, [
    { ...made, operation: 'remove', adds_link: false, expected_version: 1, fields: {} },
  ]);
  course.must(PEOPLE.admin, 'UNDO_IMPORT', undo(1));
  t.same(course.reader.get("SELECT 1 FROM users WHERE id = 'usr_new'"), undefined);
  course.must(PEOPLE.admin, 'UNDO_IMPORT', undo(2));
  t.match(conflicts(course, 2), [{ detail: /not there any more/ }]);
  t.same(course.reader.all('PRAGMA foreign_key_check'), []);
  t.end();
});
