import t from 'tap';
import { maxPlacementMs } from '../limits.ts';
import { fileById } from '../queries/files.ts';
import { anythingExpired, uploadById, uploadParts } from '../queries/uploads.ts';
import { newAssignment, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const KEEP_MS = 1_000;
const KEEP_FILE_MS = 5_000;
const QUOTA = { max_unattached_files: 3, max_unattached_bytes: 100 };
const BEGIN = {
  upload_id: 'upl_1',
  size_bytes: 10,
  filename: 'essay.pdf',
  metadata: 'filename ZXNzYXkucGRm',
  keep_ms: KEEP_MS,
  quota: QUOTA,
};

function part(offset: number, size: number, changes: object = {}) {
  const sha256 = String(offset).padStart(64, 'a');
  return {
    upload_id: 'upl_1',
    offset_bytes: offset,
    part: { sha256, size_bytes: size, placed_at: START, ...changes },
  };
}

function end(offset: number, changes: object = {}) {
  return {
    upload_id: 'upl_1',
    offset_bytes: offset,
    keep_unattached_ms: KEEP_FILE_MS,
    file: {
      file_id: 'fil_1',
      sha256: 'f'.repeat(64),
      size_bytes: 10,
      media_type: 'application/pdf',
      filename: 'essay.pdf',
      placed_at: START,
      ...changes,
    },
  };
}

const START = new TestCourse().now;

function course(t: { teardown(run: () => void): void }): TestCourse {
  const machine = new TestCourse();
  t.teardown(() => machine.close());
  return machine;
}

/** A student's upload of ten bytes that has four of them. */
function begun(t: { teardown(run: () => void): void }): TestCourse {
  const machine = course(t);
  machine.must(PEOPLE.student, 'BEGIN_UPLOAD', BEGIN);
  machine.must(PEOPLE.student, 'APPEND_UPLOAD', part(0, 4));
  return machine;
}

function usage(machine: TestCourse, person: Person = 'student') {
  const row = machine.reader.get<{ items: number; bytes: number }>(
    'SELECT items, bytes FROM upload_usage WHERE user_id = ?',
    PEOPLE[person],
  );
  return row === undefined ? null : [row.items, row.bytes];
}

const LATE = { placed_at: START - maxPlacementMs - 1 };
const JUST = { placed_at: START - maxPlacementMs };

const TABLE: readonly [name: string, Person, kind: string, object, code: string][] = [
  ['an upload', 'student', 'BEGIN_UPLOAD', { ...BEGIN, upload_id: 'upl_2' }, 'ok'],
  ['an id that is taken', 'ta', 'BEGIN_UPLOAD', BEGIN, 'already_exists'],
  ['nobody known', 'nobodyKnown', 'BEGIN_UPLOAD', BEGIN, 'account_not_active'],
  [
    'up to the quota',
    'student',
    'BEGIN_UPLOAD',
    { ...BEGIN, upload_id: 'upl_2', size_bytes: 90 },
    'ok',
  ],
  [
    'beyond it',
    'student',
    'BEGIN_UPLOAD',
    { ...BEGIN, upload_id: 'upl_2', size_bytes: 91 },
    'quota_exceeded',
  ],
  ['the next part', 'student', 'APPEND_UPLOAD', part(4, 5), 'ok'],
  ['a part before', 'student', 'APPEND_UPLOAD', part(0, 4), 'wrong_offset'],
  ['a part beyond', 'student', 'APPEND_UPLOAD', part(5, 4), 'wrong_offset'],
  ['the last part alone', 'student', 'APPEND_UPLOAD', part(4, 6), 'invalid_value'],
  ['more than the whole', 'student', 'APPEND_UPLOAD', part(4, 7), 'invalid_value'],
  ['nothing', 'student', 'APPEND_UPLOAD', part(4, 0), 'invalid_value'],
  ["another's", 'otherStudent', 'APPEND_UPLOAD', part(4, 5), 'not_found'],
  ["another's, even for an administrator", 'admin', 'APPEND_UPLOAD', part(4, 5), 'not_found'],
  ['placed too long ago', 'student', 'APPEND_UPLOAD', part(4, 5, LATE), 'placement_expired'],
  ['placed just in time', 'student', 'APPEND_UPLOAD', part(4, 5, JUST), 'ok'],
  ['the whole', 'student', 'FINISH_UPLOAD', end(4), 'ok'],
  ['from elsewhere', 'student', 'FINISH_UPLOAD', end(0), 'wrong_offset'],
  ['of another size', 'student', 'FINISH_UPLOAD', end(4, { size_bytes: 9 }), 'invalid_value'],
  ["another's", 'otherStudent', 'FINISH_UPLOAD', end(4), 'not_found'],
  ['placed too long ago', 'student', 'FINISH_UPLOAD', end(4, LATE), 'placement_expired'],
  ['own', 'student', 'DELETE_UPLOAD', { upload_id: 'upl_1' }, 'ok'],
  ["another's", 'otherStudent', 'DELETE_UPLOAD', { upload_id: 'upl_1' }, 'not_found'],
  ['none', 'student', 'DELETE_UPLOAD', { upload_id: 'upl_x' }, 'not_found'],
  ['by anybody', 'admin', 'EXPIRE_FILES', {}, 'forbidden'],
];

for (const [name, person, kind, payload, code] of TABLE) {
  t.test(`${kind}: ${name}: ${code}`, (t) => {
    t.equal(begun(t).code(PEOPLE[person], kind, payload), code);
    t.end();
  });
}

t.test('an upload at its end has become a file, and no part is named any more', (t) => {
  const machine = begun(t);
  t.match(uploadById(machine.reader, 'upl_1'), { offset_bytes: 4, file_id: null });
  t.equal(uploadParts(machine.reader, 'upl_1').length, 1);
  machine.must(PEOPLE.student, 'FINISH_UPLOAD', end(4));
  t.match(uploadById(machine.reader, 'upl_1'), { offset_bytes: 10, file_id: 'fil_1' });
  t.same(uploadParts(machine.reader, 'upl_1'), []);
  t.match(fileById(machine.reader, 'fil_1'), {
    filename: 'essay.pdf',
    uploaded_by: PEOPLE.student,
  });
  t.equal(machine.code(PEOPLE.student, 'FINISH_UPLOAD', end(10)), 'invalid_value', 'once');
  t.same(usage(machine), [1, 10], 'the file has the room of the upload');
  machine.must(PEOPLE.student, 'DELETE_UPLOAD', { upload_id: 'upl_1' });
  t.ok(fileById(machine.reader, 'fil_1'), 'the file stays');
  t.same(usage(machine), [1, 10]);
  t.end();
});

t.test('an upload waits for its next part, and no longer', (t) => {
  const machine = begun(t);
  machine.now += KEEP_MS - 1;
  machine.must(PEOPLE.student, 'APPEND_UPLOAD', part(4, 1));
  machine.now += KEEP_MS - 1;
  machine.must(null, 'EXPIRE_FILES', {});
  t.equal(anythingExpired(machine.reader, machine.now), false);
  machine.now += 1;
  t.equal(anythingExpired(machine.reader, machine.now), true);
  t.equal(
    machine.code(PEOPLE.student, 'APPEND_UPLOAD', part(5, 1)),
    'not_found',
    'before it is swept',
  );
  t.same(machine.must(null, 'EXPIRE_FILES', {}), { uploads: 1, files: 0, staged: 0 });
  t.equal(uploadById(machine.reader, 'upl_1'), null);
  t.same(machine.reader.all('SELECT * FROM upload_parts'), []);
  t.same(usage(machine), [0, 0]);
  t.end();
});

const NEW_FILE = {
  file_id: 'fil_1',
  sha256: 'ab'.repeat(32),
  size_bytes: 60,
  media_type: 'application/pdf',
  filename: 'essay.pdf',
  unattached: { ...QUOTA, keep_ms: KEEP_FILE_MS },
};

t.test('files count until they are attached', (t) => {
  const machine = course(t);
  const create = (id: string, bytes: number) =>
    machine.code(PEOPLE.instructor, 'CREATE_FILE', { ...NEW_FILE, file_id: id, size_bytes: bytes });
  t.equal(create('fil_1', 60), 'ok');
  t.equal(create('fil_2', 41), 'quota_exceeded');
  t.equal(create('fil_2', 40), 'ok');
  machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', newAssignment({ attachments: ['fil_1'] }));
  t.same(usage(machine, 'instructor'), [1, 40]);
  t.equal(create('fil_3', 1), 'ok');
  t.equal(create('fil_4', 1), 'ok');
  t.equal(create('fil_5', 1), 'quota_exceeded', 'their number counts too');
  machine.must(PEOPLE.instructor, 'DELETE_ASSIGNMENT', {
    assignment_id: 'asg_1',
    expected_version: 1,
  });
  t.same(usage(machine, 'instructor'), [3, 42], 'what was attached once does not come back');
  t.end();
});

t.test('a file that is attached to nothing expires; its row stays, and nobody finds it', (t) => {
  const machine = course(t);
  machine.must(PEOPLE.instructor, 'CREATE_FILE', NEW_FILE);
  machine.must(PEOPLE.instructor, 'CREATE_FILE', { ...NEW_FILE, file_id: 'fil_2', size_bytes: 1 });
  machine.must(PEOPLE.instructor, 'CREATE_FILE', {
    ...NEW_FILE,
    file_id: 'fil_3',
    unattached: undefined,
  });
  const attach = newAssignment({ attachments: ['fil_1'] });
  machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', attach);
  machine.now += KEEP_FILE_MS;
  t.same(machine.must(null, 'EXPIRE_FILES', {}), { uploads: 0, files: 1, staged: 0 });
  t.equal(fileById(machine.reader, 'fil_2'), null);
  t.ok(fileById(machine.reader, 'fil_1'), 'it is attached');
  t.ok(fileById(machine.reader, 'fil_3'), 'it came without a time to be kept');
  t.same(usage(machine, 'instructor'), [0, 0]);
  const expired = newAssignment({ assignment_id: 'asg_2', attachments: ['fil_2'] });
  t.equal(machine.code(PEOPLE.instructor, 'CREATE_ASSIGNMENT', expired), 'invalid_value');
  t.equal(
    machine.code(PEOPLE.instructor, 'CREATE_FILE', { ...NEW_FILE, file_id: 'fil_2' }),
    'already_exists',
    'its id is not taken again',
  );

  machine.must(PEOPLE.instructor, 'DELETE_ASSIGNMENT', {
    assignment_id: 'asg_1',
    expected_version: 1,
  });
  machine.now += KEEP_FILE_MS - 1;
  machine.must(null, 'EXPIRE_FILES', {});
  t.ok(fileById(machine.reader, 'fil_1'), 'it waits anew from when it was taken off');
  machine.now += 1;
  machine.must(null, 'EXPIRE_FILES', {});
  t.equal(fileById(machine.reader, 'fil_1'), null);
  t.end();
});

t.test('a file on two things waits for the second', (t) => {
  const machine = course(t);
  machine.must(PEOPLE.instructor, 'CREATE_FILE', NEW_FILE);
  for (const assignment_id of ['asg_1', 'asg_2']) {
    const attach = newAssignment({ assignment_id, attachments: ['fil_1'] });
    machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', attach);
  }
  machine.must(PEOPLE.instructor, 'DELETE_ASSIGNMENT', {
    assignment_id: 'asg_1',
    expected_version: 1,
  });
  machine.now += 2 * KEEP_FILE_MS;
  t.same(machine.must(null, 'EXPIRE_FILES', {}), { uploads: 0, files: 0, staged: 0 });
  t.end();
});

t.test('nothing is looked for without an index', (t) => {
  const machine = course(t);
  const sql = [
    'SELECT 1 FROM files WHERE sha256 = ? AND expired_at IS NULL LIMIT 1',
    'SELECT 1 FROM upload_parts WHERE sha256 = ? LIMIT 1',
    'SELECT id FROM files WHERE expires_at <= ? ORDER BY expires_at, sequence LIMIT 100',
    'SELECT id FROM uploads WHERE expires_at <= ? ORDER BY expires_at, id LIMIT 100',
  ];
  for (const query of sql) {
    const plan = machine.reader.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, '');
    t.notMatch(plan.map(({ detail }) => detail).join('; '), /SCAN|TEMP B-TREE/, query);
  }
  t.end();
});
