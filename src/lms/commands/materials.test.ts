import t from 'tap';
import { listMaterials } from '../queries/materials.ts';
import { actorOf, PEOPLE, type Person, type TestCourse } from '../test-course.ts';
import {
  CLAIM,
  courseForMaterials,
  courseWithClaim,
  courseWithMaterial,
  FILE,
  FINISH,
  MATERIAL,
  NOTE,
  PAGES,
  page,
} from '../test-materials.ts';

type Row = readonly [kind: string, person: Person | null, payload: object, code: string];

const WITHOUT: readonly Row[] = [
  ['UPLOAD_MATERIAL', 'instructor', NOTE, 'ok'],
  ['UPLOAD_MATERIAL', 'ta', NOTE, 'ok'],
  ['UPLOAD_MATERIAL', 'admin', NOTE, 'ok'],
  ['UPLOAD_MATERIAL', 'student', NOTE, 'forbidden'],
  ['UPLOAD_MATERIAL', 'foreignInstructor', NOTE, 'not_found'],
  ['UPLOAD_MATERIAL', 'nobodyKnown', NOTE, 'account_not_active'],
  ['UPLOAD_MATERIAL', 'instructor', { ...NOTE, course_id: 'crs_no' }, 'not_found'],
  ['UPLOAD_MATERIAL', 'instructor', { ...NOTE, course_id: 'crs_old' }, 'course_not_active'],
  ['UPLOAD_MATERIAL', 'instructor', { ...NOTE, material_id: 'mat_x' }, 'already_exists'],
  ['UPLOAD_MATERIAL', 'instructor', FILE, 'ok'],
  ['UPLOAD_MATERIAL', 'ta', FILE, 'invalid_value'],
  ['UPLOAD_MATERIAL', 'instructor', { ...FILE, file_id: 'fil_eve' }, 'invalid_value'],
  ['UPLOAD_MATERIAL', 'instructor', { ...FILE, file_id: 'fil_no' }, 'invalid_value'],
  ['UPLOAD_MATERIAL', 'instructor', { ...FILE, text_md: 'both' }, 'invalid_value'],
  ['UPLOAD_MATERIAL', 'instructor', MATERIAL, 'invalid_value'],
];

const RENAME = { material_id: 'mat_1', title: 'Cell biology' };
const GONE = { material_id: 'mat_1' };

const WITH: readonly Row[] = [
  ['UPDATE_MATERIAL', 'instructor', RENAME, 'ok'],
  ['UPDATE_MATERIAL', 'ta', { ...RENAME, expected_version: 1 }, 'ok'],
  ['UPDATE_MATERIAL', 'ta', { ...RENAME, expected_version: 2 }, 'version_mismatch'],
  ['UPDATE_MATERIAL', 'student', RENAME, 'forbidden'],
  ['UPDATE_MATERIAL', 'foreignInstructor', RENAME, 'not_found'],
  ['UPDATE_MATERIAL', 'instructor', { ...RENAME, material_id: 'mat_no' }, 'not_found'],
  ['UPDATE_MATERIAL', 'instructor', { ...RENAME, material_id: 'mat_old' }, 'course_not_active'],

  ['DELETE_MATERIAL', 'instructor', GONE, 'ok'],
  ['DELETE_MATERIAL', 'admin', { ...GONE, expected_version: 1 }, 'ok'],
  ['DELETE_MATERIAL', 'ta', { ...GONE, expected_version: 2 }, 'version_mismatch'],
  ['DELETE_MATERIAL', 'student', GONE, 'forbidden'],
  ['DELETE_MATERIAL', 'foreignInstructor', GONE, 'not_found'],
  ['DELETE_MATERIAL', 'instructor', { material_id: 'mat_old' }, 'course_not_active'],

  ['CLAIM_EXTRACTION', null, CLAIM, 'ok'],
  ['CLAIM_EXTRACTION', null, { ...CLAIM, material_id: 'mat_no' }, 'not_found'],
  ['CLAIM_EXTRACTION', 'admin', CLAIM, 'forbidden'],
  ['STORE_MATERIAL_PAGES', null, PAGES, 'conflict'],
  ['FINISH_EXTRACTION', null, FINISH, 'conflict'],
];

const CLAIMED: readonly Row[] = [
  ['CLAIM_EXTRACTION', null, { ...CLAIM, pages_read: 3, page_count: 9 }, 'ok'],
  ['CLAIM_EXTRACTION', null, { ...CLAIM, node_id: 'n2', claim_id: 'run_2' }, 'conflict'],
  ['CLAIM_EXTRACTION', null, { ...CLAIM, claim_id: 'run_2' }, 'ok'],
  ['STORE_MATERIAL_PAGES', null, PAGES, 'ok'],
  ['STORE_MATERIAL_PAGES', null, { ...PAGES, claim_id: 'run_2' }, 'conflict'],
  [
    'STORE_MATERIAL_PAGES',
    null,
    { ...PAGES, pages: [page(1, 'ü'.repeat(131_072)), page(2, 'x')] },
    'invalid_value',
  ],
  ['STORE_MATERIAL_PAGES', 'admin', PAGES, 'forbidden'],
  ['FINISH_EXTRACTION', null, FINISH, 'ok'],
  ['FINISH_EXTRACTION', 'instructor', FINISH, 'forbidden'],
  ['FINISH_EXTRACTION', null, { ...FINISH, claim_id: 'run_2' }, 'conflict'],
];

function table(name: string, rows: readonly Row[], scene: () => TestCourse): void {
  for (const [kind, person, payload, code] of rows) {
    t.test(
      `${name}: ${kind} by ${person} ${JSON.stringify(payload).slice(0, 150)}: ${code}`,
      (t) => {
        const machine = scene();
        t.equal(machine.code(person === null ? null : PEOPLE[person], kind, payload), code);
        machine.close();
        t.end();
      },
    );
  }
}

table('without a material', WITHOUT, courseForMaterials);
table('with a material', WITH, courseWithMaterial);
table('with a claim', CLAIMED, courseWithClaim);

t.test('a file that is a material is read by the course, as long as it is one', (t) => {
  const machine = courseForMaterials();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', FILE);
  const links = () =>
    machine.reader.all("SELECT course_id FROM file_links WHERE kind = 'material'");
  t.match(links(), [{ course_id: 'crs_1' }]);
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', GONE);
  t.same(links(), []);
  machine.close();
  t.end();
});

t.test('an update keeps what it does not name; null takes the topic away', (t) => {
  const machine = courseWithMaterial();
  const update = (changes: object) =>
    machine.must(PEOPLE.instructor, 'UPDATE_MATERIAL', { material_id: 'mat_1', ...changes });
  t.match(update({ topic: 'cells' }), {
    title: 'Cells',
    topic: 'cells',
    text_md: '# Cells',
    version: 2,
  });
  t.match(update({ title: 'New' }), { title: 'New', topic: 'cells' });
  t.match(update({ topic: null }), { title: 'New', topic: null });
  machine.close();
  t.end();
});

t.test('a list in pages', (t) => {
  const machine = courseWithMaterial();
  machine.must(PEOPLE.ta, 'UPLOAD_MATERIAL', { ...NOTE, material_id: 'mat_2' });
  const list = (after: readonly [string] | null) =>
    listMaterials(machine.reader, actorOf('student'), 'crs_1', { limit: 1, after });
  const first = list(null);
  t.match(first.items, [{ id: 'mat_1' }]);
  t.notOk('text_md' in (first.items[0] ?? {}));
  const second = list(first.next);
  t.match(second, { items: [{ id: 'mat_2' }], next: null });
  machine.close();
  t.end();
});
