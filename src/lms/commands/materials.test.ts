import t from 'tap';
import { claimableJobs } from '../queries/extraction-jobs.ts';
import { listMaterialPages } from '../queries/material-pages.ts';
import { getMaterial, listMaterials } from '../queries/materials.ts';
import { countPassages, searchPassages } from '../queries/passages.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const MATERIAL = { material_id: 'mat_1', course_id: 'crs_1', title: 'Cells', topic: null };
const NOTE = { ...MATERIAL, text_md: '# Cells' };
const FILE = { ...MATERIAL, file_id: 'fil_ann' };
const CLAIM = {
  material_id: 'mat_1',
  node_id: 'n1',
  claim_id: 'run_1',
  pages_read: 0,
  page_count: null,
};
const FINISH = {
  material_id: 'mat_1',
  claim_id: 'run_1',
  state: 'indexed',
  reason: null,
  page_count: 2,
  flags: [{ code: 'page_without_text', pages: [2] }],
};
const TEXT = 'Mitochondria release energy in the cell.';

function page(number: number, text = TEXT, section: string | null = null) {
  const chunks = [[0, text.length]];
  return { page: number, page_label: `p${number}`, section, text, chunks };
}

const PAGES = { material_id: 'mat_1', claim_id: 'run_1', pages: [page(1)] };

/** `mat_1` is a note, `mat_x` belongs to another course, `mat_old` to an archived one. */
function school(): TestCourse {
  const machine = new TestCourse();
  machine.addFile('fil_ann', 'instructor');
  machine.addFile('fil_eve', 'foreignInstructor');
  machine.must(PEOPLE.foreignInstructor, 'UPLOAD_MATERIAL', {
    ...NOTE,
    material_id: 'mat_x',
    course_id: 'crs_2',
  });
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', {
    ...NOTE,
    material_id: 'mat_old',
    course_id: 'crs_old',
  });
  machine.archive('crs_old');
  return machine;
}

/** The system reads `mat_1` until the end. */
function index(machine: TestCourse, pages = [page(1)], materialId = 'mat_1'): void {
  const ids = { material_id: materialId, claim_id: `run_${materialId}` };
  machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, ...ids });
  machine.must(null, 'STORE_MATERIAL_PAGES', { ...ids, pages });
  machine.must(null, 'FINISH_EXTRACTION', { ...FINISH, ...ids });
}

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

function withMaterial(): TestCourse {
  const machine = school();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', NOTE);
  return machine;
}

function withClaim(): TestCourse {
  const machine = withMaterial();
  machine.must(null, 'CLAIM_EXTRACTION', CLAIM);
  return machine;
}

table('without a material', WITHOUT, school);
table('with a material', WITH, withMaterial);
table('with a claim', CLAIMED, withClaim);

function pagesOf(
  machine: TestCourse,
  from: number,
  to: number,
  limit = 9,
  after: readonly [number] | null = null,
  person: Person = 'student',
) {
  const range = { from, to };
  return listMaterialPages(machine.reader, actorOf(person), 'mat_1', range, { limit, after });
}

const textOf = (machine: TestCourse) => pagesOf(machine, 1, 99).items.map((one) => one.text);

const scope = { course_id: 'crs_1', material_ids: null };
const found = (machine: TestCourse, match = '"energy"', limit = 9) =>
  searchPassages(machine.reader, scope, match, limit).map((one) => [one.material_id, one.page]);

t.test('a material is there at once, and its text when it was read', (t) => {
  const machine = school();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', { ...FILE, topic: 'cells' });
  t.match(machine.lastEvents(), [{ type: 'material.added', course_id: 'crs_1' }]);
  t.equal(machine.lastTarget(), 'mat_1');
  t.match(getMaterial(machine.reader, actorOf('student'), 'mat_1'), {
    title: 'Cells',
    topic: 'cells',
    file: { id: 'fil_ann', filename: 'fil_ann.txt' },
    text_md: null,
    extraction: { state: 'queued', reason: null, page_count: null, pages_read: 0, flags: [] },
    version: 1,
  });
  machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, pages_read: 1, page_count: 2 });
  machine.must(null, 'STORE_MATERIAL_PAGES', PAGES);
  t.match(getMaterial(machine.reader, actorOf('student'), 'mat_1').extraction, {
    state: 'extracting',
    page_count: 2,
    pages_read: 1,
  });
  t.same(found(machine), [], 'not found before the end');
  machine.must(null, 'FINISH_EXTRACTION', FINISH);
  t.match(machine.lastEvents(), [{ type: 'material.indexed', course_id: 'crs_1' }]);
  t.same(found(machine), [['mat_1', 1]]);
  t.match(getMaterial(machine.reader, actorOf('student'), 'mat_1').extraction, {
    state: 'indexed',
    page_count: 2,
    pages_read: 2,
    flags: [{ code: 'page_without_text', pages: [2] }],
  });
  machine.close();
  t.end();
});

t.test('what a job leaves behind when it fails: a reason, and no text', (t) => {
  const machine = withClaim();
  machine.must(null, 'STORE_MATERIAL_PAGES', PAGES);
  const failed = { ...FINISH, state: 'failed', reason: 'Too large.', flags: [] };
  machine.must(null, 'FINISH_EXTRACTION', failed);
  t.match(machine.lastEvents(), [{ type: 'material.not_indexed' }]);
  t.same(textOf(machine), []);
  t.match(getMaterial(machine.reader, actorOf('ta'), 'mat_1').extraction, {
    state: 'failed',
    reason: 'Too large.',
  });
  machine.close();
  t.end();
});

t.test('another node takes over when the lease is over, and pages are stored once', (t) => {
  const machine = withClaim();
  const other = { ...CLAIM, node_id: 'n2', claim_id: 'run_2' };
  machine.must(null, 'STORE_MATERIAL_PAGES', { ...PAGES, pages: [page(1), page(9)] });
  machine.now += 14_999;
  t.equal(machine.code(null, 'CLAIM_EXTRACTION', other), 'conflict');
  machine.must(null, 'CLAIM_EXTRACTION', CLAIM);
  machine.now += 15_000;
  machine.must(null, 'CLAIM_EXTRACTION', other);
  t.equal(machine.code(null, 'STORE_MATERIAL_PAGES', PAGES), 'conflict', 'the dead one came back');
  t.equal(machine.code(null, 'FINISH_EXTRACTION', FINISH), 'conflict');
  const pages = { ...PAGES, claim_id: 'run_2', pages: [page(1), page(2), page(3)] };
  machine.must(null, 'STORE_MATERIAL_PAGES', pages);
  machine.must(null, 'STORE_MATERIAL_PAGES', pages);
  machine.must(null, 'FINISH_EXTRACTION', { ...FINISH, claim_id: 'run_2' });
  t.same(found(machine).sort(), [
    ['mat_1', 1],
    ['mat_1', 2],
    ['mat_1', 3],
  ]);
  t.equal(countPassages(machine.reader, scope, null), 3);
  machine.close();
  t.end();
});

t.test('a material that kills three runs is given up', (t) => {
  const machine = withMaterial();
  for (const run of [1, 2, 3]) {
    t.same(machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, claim_id: `run_${run}` }), {
      granted: true,
    });
  }
  t.same(machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, claim_id: 'run_4' }), {
    granted: false,
  });
  t.match(getMaterial(machine.reader, actorOf('ta'), 'mat_1').extraction, {
    state: 'failed',
    reason: /interrupted 3 times/,
  });
  machine.close();
  t.end();
});

t.test('jobs: queued ones, own ones, and those whose lease is over; oldest first', (t) => {
  const machine = withMaterial();
  const jobs = (node: string, now = machine.now) =>
    claimableJobs(machine.reader, node, now, 9).map((job) => job.material_id);
  t.same(jobs('n1'), ['mat_1', 'mat_old', 'mat_x']);
  machine.must(null, 'CLAIM_EXTRACTION', CLAIM);
  t.same(jobs('n2'), ['mat_old', 'mat_x']);
  t.same(jobs('n1'), ['mat_1', 'mat_old', 'mat_x'], 'after a restart');
  t.same(jobs('n2', machine.now + 15_000), ['mat_1', 'mat_old', 'mat_x']);
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', { ...FILE, material_id: 'mat_2' });
  t.match(claimableJobs(machine.reader, 'n2', machine.now, 9), [
    {
      material_id: 'mat_2',
      text_md: null,
      queued_since: machine.now,
      file: { sha256: 'fil_ann'.padStart(64, '0'), size_bytes: 3, filename: 'fil_ann.txt' },
    },
    { material_id: 'mat_old', text_md: '# Cells', file: null },
    { material_id: 'mat_x' },
  ]);
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_2' });
  machine.must(null, 'FINISH_EXTRACTION', FINISH);
  t.same(jobs('n1'), ['mat_old', 'mat_x']);
  machine.close();
  t.end();
});

t.test('a deleted material is found by nobody, and its job ends with nothing', (t) => {
  const machine = withMaterial();
  index(machine);
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_1' });
  t.match(machine.lastEvents(), [{ type: 'material.deleted' }]);
  t.same(found(machine), []);
  t.equal(countPassages(machine.reader, scope, '"energy"'), 0);
  t.same(
    listMaterials(machine.reader, actorOf('ta'), 'crs_1', { limit: 9, after: null }).items,
    [],
  );
  t.throws(() => getMaterial(machine.reader, actorOf('ta'), 'mat_1'), { code: 'not_found' });
  t.equal(machine.code(null, 'CLAIM_EXTRACTION', CLAIM), 'not_found');
  machine.close();
  t.end();
});

t.test('a file that is a material is read by the course, as long as it is one', (t) => {
  const machine = school();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', FILE);
  const links = () =>
    machine.reader.all("SELECT course_id FROM file_links WHERE kind = 'material'");
  t.match(links(), [{ course_id: 'crs_1' }]);
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', GONE);
  t.same(links(), []);
  machine.close();
  t.end();
});

t.test('a search stays in its course and in the materials that were named', (t) => {
  const machine = withMaterial();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', { ...NOTE, material_id: 'mat_2' });
  index(machine, [page(1)]);
  index(machine, [page(1, 'Energy is never lost.')], 'mat_2');
  index(machine, [page(1, 'Foreign energy.')], 'mat_x');
  t.same(found(machine).sort(), [
    ['mat_1', 1],
    ['mat_2', 1],
  ]);
  const only = { ...scope, material_ids: ['mat_2', 'mat_x'] };
  t.match(searchPassages(machine.reader, only, '"energy"', 9), [
    { material_id: 'mat_2', title: 'Cells', page: 1, page_label: 'p1', text: /never lost/ },
  ]);
  t.equal(countPassages(machine.reader, only, null), 1);
  t.equal(searchPassages(machine.reader, scope, '"energy"', 1).length, 1);
  machine.close();
  t.end();
});

t.test('no query finds a passage of another course', (t) => {
  const machine = withMaterial();
  const words = ['energy', 'cell', 'water', 'light', 'membrane', 'sugar'];
  const text = (course: string): string => `canary${course} ${words.join(' ')}`;
  index(machine, [page(1, text('one'))]);
  index(machine, [page(1, text('two'))], 'mat_x');
  let seed = 1;
  const pick = (): string => {
    seed = (seed * 48_271) % 2_147_483_647;
    return words[seed % words.length] ?? '';
  };
  for (let n = 0; n < 1_000; n += 1) {
    const match = [pick(), pick(), 'canaryone', 'canarytwo']
      .map((word) => `"${word}"`)
      .join(' OR ');
    for (const [course_id, own] of [
      ['crs_1', 'canaryone'],
      ['crs_2', 'canarytwo'],
      ['crs_old', 'nothing'],
    ] as const) {
      const passages = searchPassages(machine.reader, { course_id, material_ids: null }, match, 9);
      if (passages.some((one) => !one.text.includes(own))) t.fail(`${course_id}: ${match}`);
    }
  }
  machine.close();
  t.end();
});

t.test('forms of a word are found, accents do not matter, and a section weighs more', (t) => {
  const machine = withMaterial();
  index(machine, [
    page(1, 'Energie, naïve membranes and much more text about other things entirely.'),
    page(2, 'Other things, and a membrane, and naive readers of much more text.', 'Osmosis'),
    page(3, 'Osmosis is named here among other things in a text.'),
  ]);
  t.same(
    found(machine, '"membrane"')
      .map(([, number]) => number)
      .sort(),
    [1, 2],
  );
  t.same(
    found(machine, '"naive"')
      .map(([, number]) => number)
      .sort(),
    [1, 2],
  );
  t.same(
    found(machine, '"osmosis"').map(([, number]) => number),
    [2, 3],
  );
  machine.close();
  t.end();
});

t.test('a page is cut as the command says, and its text is read page by page', (t) => {
  const machine = withMaterial();
  const text = 'alpha beta gamma';
  const chunks = [
    [0, 10],
    [6, 16],
  ];
  index(machine, [{ ...page(1, text), chunks }, page(3)]);
  t.same(
    searchPassages(machine.reader, scope, '"beta"', 9)
      .map((one) => one.text)
      .sort(),
    ['alpha beta', 'beta gamma'],
  );
  t.same(pagesOf(machine, 1, 2).items, [{ page: 1, page_label: 'p1', section: null, text }]);
  const numbers = (page: ReturnType<typeof pagesOf>) => page.items.map((one) => one.page);
  t.same(numbers(pagesOf(machine, 2, 9)), [3]);
  const first = pagesOf(machine, 1, 9, 1);
  t.same([numbers(first), first.next], [[1], [1]]);
  const second = pagesOf(machine, 1, 9, 1, first.next);
  t.same([numbers(second), second.next], [[3], null]);
  t.throws(() => pagesOf(machine, 1, 9, 9, null, 'foreignStudent'), { code: 'not_found' });
  machine.close();
  t.end();
});

t.test('an update keeps what it does not name; null takes the topic away', (t) => {
  const machine = withMaterial();
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
  const machine = withMaterial();
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
