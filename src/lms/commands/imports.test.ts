import t from 'tap';
import { maxImportChangesStaged } from '../limits.ts';
import { PEOPLE, type Person, TestCourse } from '../test-course.ts';
import { apply, plan, staged, USER, undo } from '../test-imports.ts';

/** With a plan `imp_1`, a held one `imp_2`, an applied one `imp_3`, and changes staged for `imp_new`. */
function scene(): TestCourse {
  const course = new TestCourse();
  for (const n of [1, 2, 3]) {
    const change = { ...USER, external_id: `x${n}`, object_id: `usr_x${n}` };
    const fields = { ...USER.fields, username: `x${n}`, username_key: `x${n}` };
    const id = { import_id: `imp_${n}` };
    course.must(null, 'STAGE_IMPORT', { ...staged({ changes: [{ ...change, fields }] }), ...id });
    const file = { ...plan().file, file_id: `fil_${n}` };
    const held = n === 2 ? [{ scope: 'file' }] : [];
    course.must(PEOPLE.admin, 'PLAN_IMPORT', { ...plan({ file }, held), ...id });
  }
  course.must(PEOPLE.admin, 'APPLY_IMPORT', { import_id: 'imp_3', approve: false });
  course.must(null, 'STAGE_IMPORT', staged());
  course.must(PEOPLE.instructor, 'STAGE_COURSE', part({ course_id: 'crs_s' }));
  return course;
}

function part(changes: object = {}) {
  return {
    course_id: 'crs_new',
    course: { code: 'N', title: 'New', description_md: '' },
    files: [],
    assignments: [],
    materials: [],
    ...changes,
  };
}

const { course: _, ...FURTHER } = part({ course_id: 'crs_s' });
const tooMany = Array.from({ length: maxImportChangesStaged + 1 }, () => USER);

const TABLE: readonly [
  name: string,
  person: Person | null,
  kind: string,
  payload: object,
  code: string,
][] = [
  ['the system', null, 'STAGE_IMPORT', staged(), 'ok'],
  ['an admin', 'admin', 'STAGE_IMPORT', staged(), 'forbidden'],
  ['a plan that is made', null, 'STAGE_IMPORT', staged({ import_id: 'imp_1' }), 'conflict'],
  ['too many', null, 'STAGE_IMPORT', staged({ changes: tooMany }), 'invalid_value'],

  ['an admin', 'admin', 'PLAN_IMPORT', plan(), 'ok'],
  ['an instructor', 'instructor', 'PLAN_IMPORT', plan(), 'forbidden'],
  ['twice', 'admin', 'PLAN_IMPORT', plan({ import_id: 'imp_1' }), 'already_exists'],
  ['with changes that were lost', 'admin', 'PLAN_IMPORT', plan({ change_count: 2 }), 'conflict'],
  ['with more changes than it says', 'admin', 'PLAN_IMPORT', plan({ change_count: 0 }), 'conflict'],

  ['a plan', 'admin', 'APPLY_IMPORT', apply(1), 'ok'],
  ['by an instructor', 'instructor', 'APPLY_IMPORT', apply(1), 'forbidden'],
  ['a held one', 'admin', 'APPLY_IMPORT', apply(2), 'import_held'],
  ['a held one, approved', 'admin', 'APPLY_IMPORT', apply(2, { approve: true }), 'ok'],
  ['an applied one', 'admin', 'APPLY_IMPORT', apply(3), 'conflict'],
  ['none', 'admin', 'APPLY_IMPORT', apply(9), 'not_found'],
  [
    'another version',
    'admin',
    'APPLY_IMPORT',
    apply(1, { expected_version: 7 }),
    'version_mismatch',
  ],

  ['an applied one', 'admin', 'UNDO_IMPORT', undo(3), 'ok'],
  ['by a ta', 'ta', 'UNDO_IMPORT', undo(3), 'forbidden'],
  ['a plan', 'admin', 'UNDO_IMPORT', undo(1), 'conflict'],
  ['none', 'admin', 'UNDO_IMPORT', undo(9), 'not_found'],
  ['another version', 'admin', 'UNDO_IMPORT', undo(3, { expected_version: 7 }), 'version_mismatch'],

  ['the system', null, 'STEP_IMPORT', { import_id: 'imp_3', from_version: 1 }, 'ok'],
  ['the system cleans', null, 'STEP_IMPORT', { import_id: null, from_version: 0 }, 'ok'],
  ['an admin', 'admin', 'STEP_IMPORT', { import_id: 'imp_3', from_version: 1 }, 'forbidden'],
  ['none', null, 'STEP_IMPORT', { import_id: 'imp_9', from_version: 1 }, 'not_found'],

  ['an instructor', 'instructor', 'STAGE_COURSE', part(), 'ok'],
  ['a student', 'student', 'STAGE_COURSE', part(), 'forbidden'],
  [
    'with an id that is taken',
    'instructor',
    'STAGE_COURSE',
    part({ course_id: 'crs_1' }),
    'already_exists',
  ],
  ['a further part', 'instructor', 'STAGE_COURSE', FURTHER, 'ok'],
  ['of somebody else', 'foreignInstructor', 'STAGE_COURSE', FURTHER, 'not_found'],
  [
    'of a course that is there',
    'instructor',
    'STAGE_COURSE',
    { ...FURTHER, course_id: 'crs_1' },
    'not_found',
  ],

  ['its stager', 'instructor', 'IMPORT_COURSE', { course_id: 'crs_s', ids: {} }, 'ok'],
  ['somebody else', 'admin', 'IMPORT_COURSE', { course_id: 'crs_s', ids: {} }, 'not_found'],
  ['a student', 'student', 'IMPORT_COURSE', { course_id: 'crs_s', ids: {} }, 'forbidden'],
  [
    'a course that is there',
    'instructor',
    'IMPORT_COURSE',
    { course_id: 'crs_1', ids: {} },
    'not_found',
  ],
];

t.test('who may import, and when', (t) => {
  for (const [name, person, kind, payload, code] of TABLE) {
    const course = scene();
    const actor = person === null ? null : PEOPLE[person];
    t.equal(course.code(actor, kind, payload), code, `${kind}: ${name}`);
    course.close();
  }
  t.end();
});

t.test('a deleted course of one’s own is not one that is being imported', (t) => {
  const course = scene();
  course.must(PEOPLE.instructor, 'DELETE_COURSE', { course_id: 'crs_1' });
  const payload = { course_id: 'crs_1', ids: {} };
  t.equal(course.code(PEOPLE.instructor, 'IMPORT_COURSE', payload), 'not_found');
  t.end();
});

t.test('a staged course is seen by nobody until it is whole', (t) => {
  const course = scene();
  t.equal(
    course.code(PEOPLE.instructor, 'UPDATE_COURSE', { course_id: 'crs_s', title: 'x' }),
    'not_found',
  );
  course.must(PEOPLE.instructor, 'IMPORT_COURSE', { course_id: 'crs_s', ids: {} });
  t.equal(
    course.code(PEOPLE.instructor, 'UPDATE_COURSE', { course_id: 'crs_s', title: 'x' }),
    'ok',
  );
  t.end();
});

t.test('what was staged and abandoned is forgotten after an hour', (t) => {
  const course = scene();
  const count = () =>
    course.reader.get<{ n: number }>(
      "SELECT count(*) AS n FROM import_changes WHERE import_id = 'imp_new'",
    )?.n;
  const clean = () => course.must(null, 'STEP_IMPORT', { import_id: null, from_version: 0 });
  clean();
  t.equal(count(), 1);
  course.now += 60 * 60 * 1000 + 1;
  clean();
  clean();
  t.equal(count(), 0);
  t.same(course.reader.all('SELECT * FROM import_stagings'), []);
  t.equal(course.code(PEOPLE.admin, 'PLAN_IMPORT', plan()), 'conflict');
  t.end();
});

t.test('what goes on after an hour has lost its beginning, and becomes no plan', (t) => {
  const course = scene();
  const change = { ...USER, external_id: 's-2', object_id: 'usr_other' };
  course.now += 60 * 60 * 1000;
  course.must(null, 'STAGE_IMPORT', staged({ from: 1, changes: [change] }));
  t.equal(course.code(PEOPLE.admin, 'PLAN_IMPORT', plan({ change_count: 2 })), 'conflict');
  t.end();
});

t.test('what is being staged while somebody is erased becomes no plan', (t) => {
  const course = scene();
  const change = { ...USER, external_id: 's-2', object_id: 'usr_other' };
  course.must(PEOPLE.admin, 'ERASE_USER', { user_id: PEOPLE.student });
  course.must(null, 'STAGE_IMPORT', staged({ from: 1, changes: [change] }));
  const whole = plan({ change_count: 2 });
  t.equal(course.code(PEOPLE.admin, 'PLAN_IMPORT', whole), 'conflict', 'nor if it goes on');
  const again = { import_id: 'imp_again' };
  course.must(null, 'STAGE_IMPORT', staged(again));
  t.equal(course.code(PEOPLE.admin, 'PLAN_IMPORT', plan(again)), 'ok', 'one that begins now');

  const clean = () => course.must(null, 'STEP_IMPORT', { import_id: null, from_version: 0 });
  clean();
  clean();
  t.same(course.reader.all("SELECT 1 FROM import_changes WHERE import_id = 'imp_new'"), []);
  t.same(course.reader.all('SELECT * FROM import_stagings'), []);
  course.must(null, 'STAGE_IMPORT', staged({ from: 1, changes: [change] }));
  t.equal(course.code(PEOPLE.admin, 'PLAN_IMPORT', whole), 'conflict', 'its beginning is gone');
  t.end();
});

t.test('what is begun before it is compared is not begun by its first changes', (t) => {
  const course = scene();
  const planOf = (import_id: string, changes: object) => {
    const file = { ...plan().file, file_id: `fil_${import_id}` };
    return course.code(
      PEOPLE.admin,
      'PLAN_IMPORT',
      plan({ import_id, file, is_begun: true, ...changes }),
    );
  };
  const first = { import_id: 'imp_a', is_begun: true };
  course.must(null, 'STAGE_IMPORT', staged(first));
  t.equal(planOf('imp_a', {}), 'conflict', 'its beginning was forgotten, or never came');
  t.equal(planOf('imp_b', { change_count: 0 }), 'conflict', 'also when nothing is changed');
  for (const import_id of ['imp_c', 'imp_d']) {
    course.must(null, 'STAGE_IMPORT', staged({ import_id, changes: [] }));
  }
  course.must(null, 'STAGE_IMPORT', staged({ ...first, import_id: 'imp_c' }));
  t.equal(planOf('imp_c', {}), 'ok');
  t.equal(planOf('imp_d', { change_count: 0 }), 'ok');
  t.end();
});

t.test('events and the journal name what an import does', (t) => {
  const course = scene();
  course.must(PEOPLE.admin, 'APPLY_IMPORT', apply(1));
  t.match(course.lastEvents(), [{ type: 'user.created', user_id: 'usr_x1' }]);
  t.equal(course.lastTarget(), 'imp_1');
  course.must(PEOPLE.admin, 'UNDO_IMPORT', undo(1));
  t.match(course.lastEvents(), [{ type: 'user.deleted', user_id: 'usr_x1' }]);
  t.end();
});
