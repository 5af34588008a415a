import t from 'tap';
import type { MaterialProgress } from '../queries/material-progress.ts';
import { PEOPLE, type Person, TestCourse } from '../test-course.ts';

/** `mat_1` in the course, `mat_2` deleted, `mat_old` in an archived course. */
function course() {
  const machine = new TestCourse();
  const add = (material_id: string, course_id: string) =>
    machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', {
      material_id,
      course_id,
      title: 'Logs',
      topic: 'logs',
      text_md: 'Text.',
    });
  add('mat_1', 'crs_1');
  add('mat_2', 'crs_1');
  add('mat_old', 'crs_old');
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_2' });
  machine.archive('crs_old');
  return machine;
}

const say = (changes: object = {}) => ({
  material_id: 'mat_1',
  state: 'done',
  page: null,
  ...changes,
});

const TABLE: readonly [name: string, person: Person, payload: object, code: string][] = [
  ['a student', 'student', say(), 'ok'],
  ['a ta', 'ta', say(), 'ok'],
  ['an admin from outside', 'admin', say(), 'forbidden'],
  ['a foreign student', 'foreignStudent', say(), 'not_found'],
  ['no such material', 'student', say({ material_id: 'mat_0' }), 'not_found'],
  ['a deleted one', 'student', say({ material_id: 'mat_2' }), 'not_found'],
  ['an archived course', 'student', say({ material_id: 'mat_old' }), 'course_not_active'],
  ['taking back what was never said', 'student', say({ state: 'unread' }), 'ok'],
];

t.test('who may say how far they are', (t) => {
  for (const [name, person, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], 'UPDATE_STUDENT_PROGRESS', payload), code, name);
    machine.close();
  }
  t.end();
});

t.test('the last word counts, for its author alone', (t) => {
  const machine = course();
  const update = (person: Person, changes: object) =>
    machine.must<MaterialProgress>(PEOPLE[person], 'UPDATE_STUDENT_PROGRESS', say(changes));
  const place = { material_id: 'mat_1', title: 'Logs', topic: 'logs' };
  const updated_at = '2026-01-05T09:00:00.000Z';
  t.same(update('student', { state: 'started', page: 3 }), {
    ...place,
    state: 'started',
    page: 3,
    updated_at,
  });
  t.match(machine.lastEvents(), [{ type: 'progress.updated', user_id: PEOPLE.student }]);
  t.equal(machine.lastTarget(), 'mat_1');
  t.match(update('otherStudent', { state: 'unread' }), { state: 'unread', updated_at: null });
  machine.now += 1_000;
  t.match(update('student', {}), { state: 'done', page: null });
  t.same(
    machine.reader.all('SELECT user_id, state FROM material_progress').map((row) => ({ ...row })),
    [{ user_id: PEOPLE.student, state: 'done' }],
  );
  t.same(update('student', { state: 'unread' }), {
    ...place,
    state: 'unread',
    page: null,
    updated_at: null,
  });
  machine.close();
  t.end();
});
