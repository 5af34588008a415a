import t from 'tap';
import { fileById, filesOf, mayReadFile, requireReadableFile } from '../queries/files.ts';
import { actorOf, newAssignment, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const NEW_FILE = {
  file_id: 'fil_new',
  sha256: 'ab'.repeat(32),
  size_bytes: 12,
  media_type: 'application/pdf',
  filename: 'essay.pdf',
};

function course(t: { teardown(run: () => void): void }): TestCourse {
  const course = new TestCourse();
  t.teardown(() => course.close());
  course.addFile('fil_ann', 'instructor');
  course.addFile('fil_sue', 'student');
  return course;
}

const ATTACH = newAssignment({ attachments: ['fil_ann'] });
const HAND_IN = {
  assignment_id: 'asg_0',
  submission_id: 'sub_1',
  text_md: null,
  file_ids: ['fil_sue'],
  new_files: [],
};

const TABLE: readonly [name: string, Person, kind: string, object, code: string][] = [
  ['anybody uploads', 'foreignStudent', 'CREATE_FILE', NEW_FILE, 'ok'],
  ['nobody known', 'nobodyKnown', 'CREATE_FILE', NEW_FILE, 'account_not_active'],
  [
    'an id that is taken',
    'admin',
    'CREATE_FILE',
    { ...NEW_FILE, file_id: 'fil_ann' },
    'already_exists',
  ],
  [
    'bytes that another file has',
    'admin',
    'CREATE_FILE',
    { ...NEW_FILE, sha256: 'fil_ann'.padStart(64, '0') },
    'ok',
  ],
  ['own upload is attached', 'instructor', 'CREATE_ASSIGNMENT', ATTACH, 'ok'],
  [
    "another's upload",
    'instructor',
    'CREATE_ASSIGNMENT',
    newAssignment({ attachments: ['fil_sue'] }),
    'invalid_value',
  ],
  ["another's, even for an administrator", 'admin', 'CREATE_ASSIGNMENT', ATTACH, 'invalid_value'],
  [
    'a file that is none',
    'instructor',
    'CREATE_ASSIGNMENT',
    newAssignment({ attachments: ['fil_x'] }),
    'invalid_value',
  ],
  ['own upload is handed in', 'student', 'SUBMIT_ASSIGNMENT', HAND_IN, 'ok'],
  ["another's is not", 'otherStudent', 'SUBMIT_ASSIGNMENT', HAND_IN, 'invalid_value'],
];

for (const [name, person, kind, payload, code] of TABLE) {
  t.test(`${kind}: ${name}: ${code}`, (t) => {
    const machine = course(t);
    machine.addAssignment('asg_0');
    t.equal(machine.code(PEOPLE[person], kind, payload), code);
    t.end();
  });
}

t.test('a file is answered as it was named, in the order of the log', (t) => {
  const machine = course(t);
  const value = machine.must(PEOPLE.student, 'CREATE_FILE', NEW_FILE);
  t.same(value, {
    id: 'fil_new',
    sha256: NEW_FILE.sha256,
    size_bytes: 12,
    media_type: 'application/pdf',
    filename: 'essay.pdf',
    uploaded_by: PEOPLE.student,
    created_at: new Date(machine.now).toISOString(),
  });
  t.same(fileById(machine.reader, 'fil_new'), value);
  t.equal(machine.lastTarget(), 'fil_new');
  t.equal(fileById(machine.reader, 'fil_x'), null);
  t.end();
});

/** Who reads `fil_ann` while it hangs on what the row names. */
const READERS: readonly (readonly [
  on: string,
  attach: (machine: TestCourse) => void,
  ...Person[],
])[] = [
  ['nothing', () => {}, 'instructor', 'admin'],
  [
    'an assignment',
    (machine) => machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', ATTACH),
    'instructor',
    'admin',
    'ta',
    'student',
    'otherStudent',
  ],
  [
    'an assignment that opens later',
    (machine) =>
      machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', {
        ...ATTACH,
        unlock_at: machine.now + 1,
      }),
    'instructor',
    'admin',
    'ta',
  ],
  [
    'an assignment that opens now',
    (machine) =>
      machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', { ...ATTACH, unlock_at: machine.now }),
    'instructor',
    'admin',
    'ta',
    'student',
    'otherStudent',
  ],
  [
    'an assignment that was deleted',
    (machine) => {
      machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', ATTACH);
      machine.must(PEOPLE.instructor, 'DELETE_ASSIGNMENT', {
        assignment_id: 'asg_1',
        expected_version: 1,
      });
    },
    'instructor',
    'admin',
  ],
  [
    'an assignment that it was taken off',
    (machine) => {
      machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', ATTACH);
      machine.must(PEOPLE.instructor, 'UPDATE_ASSIGNMENT', {
        assignment_id: 'asg_1',
        expected_version: 1,
        attachments: [],
      });
    },
    'instructor',
    'admin',
  ],
  [
    'an assignment of a course that was deleted',
    (machine) => {
      machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', ATTACH);
      machine.must(PEOPLE.instructor, 'DELETE_COURSE', { course_id: 'crs_1' });
    },
    'instructor',
    'admin',
  ],
  [
    'an assignment of a course that was archived',
    (machine) => {
      machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', ATTACH);
      machine.archive('crs_1');
    },
    'instructor',
    'admin',
    'ta',
    'student',
    'otherStudent',
  ],
];

for (const [on, attach, ...readers] of READERS) {
  t.test(`a file on ${on} is read by ${readers.join(', ')}`, (t) => {
    const machine = course(t);
    attach(machine);
    const may = (Object.keys(PEOPLE) as Person[]).filter((person) =>
      mayReadFile(machine.reader, actorOf(person), 'fil_ann', machine.now),
    );
    t.same(may.sort(), [...readers].sort());
    t.end();
  });
}

t.test('what was handed in is read by its student and the staff of the course', (t) => {
  const machine = course(t);
  machine.addAssignment('asg_0');
  machine.must(PEOPLE.student, 'SUBMIT_ASSIGNMENT', HAND_IN);
  const may = (Object.keys(PEOPLE) as Person[]).filter((person) =>
    mayReadFile(machine.reader, actorOf(person), 'fil_sue', machine.now),
  );
  t.same(may.sort(), ['admin', 'instructor', 'student', 'ta']);
  t.same(
    filesOf(machine.reader, 'submission', 'sub_1').map(({ id }) => id),
    ['fil_sue'],
  );
  t.end();
});

t.test('an edit may name the files that the object has, whoever uploaded them', (t) => {
  const machine = course(t);
  machine.must(PEOPLE.instructor, 'CREATE_ASSIGNMENT', ATTACH);
  const edit = { assignment_id: 'asg_1', attachments: ['fil_ann'], title: 'New' };
  t.equal(machine.code(PEOPLE.admin, 'UPDATE_ASSIGNMENT', { ...edit, expected_version: 1 }), 'ok');
  t.same(
    filesOf(machine.reader, 'assignment', 'asg_1').map(({ id }) => id),
    ['fil_ann'],
  );
  t.end();
});

t.test('a refusal names the field', (t) => {
  const machine = course(t);
  const result = machine.apply(
    PEOPLE.instructor,
    'CREATE_ASSIGNMENT',
    newAssignment({ attachments: ['fil_ann', 'fil_sue'] }),
  );
  t.match(result, { ok: false, errors: [{ pointer: '/attachments/1', code: 'unknown_file' }] });
  t.end();
});

t.test('a file of others and none at all are refused in the same words', (t) => {
  const machine = course(t);
  const why = (fileId: string) => {
    try {
      return requireReadableFile(machine.reader, actorOf('student'), fileId, machine.now);
    } catch (error) {
      return (error as Error).message;
    }
  };
  t.equal(why('fil_ann'), why('fil_x'));
  t.match(why('fil_sue'), { id: 'fil_sue' });
  t.end();
});
