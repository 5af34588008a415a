import t from 'tap';
import { type Assignment, getAssignment, listAssignments } from '../queries/assignments.ts';
import { filesOf } from '../queries/files.ts';
import type { Refusal } from '../refusal.ts';
import { actorOf, newAssignment, PEOPLE, type Person, TestCourse } from '../test-course.ts';

/** `asg_1` with an attachment, `asg_used` with a submission, `asg_old` in an archived course. */
function course() {
  const machine = new TestCourse();
  for (const id of ['fil_1', 'fil_2']) machine.addFile(id, 'instructor');
  machine.addFile('fil_sue', 'student');
  machine.addAssignment('asg_1', { unlock_at: 1_000, due_at: 2_000, attachments: ['fil_1'] });
  machine.addAssignment('asg_used');
  machine.handIn('student', 'asg_used', 'sub_1');
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.archive('crs_old');
  return machine;
}

const create = (changes: object = {}) => newAssignment({ assignment_id: 'asg_new', ...changes });
const update = (changes: object) => ({ assignment_id: 'asg_1', expected_version: 1, ...changes });
const remove = (changes: object = {}) => ({
  assignment_id: 'asg_1',
  expected_version: 1,
  ...changes,
});

const C = 'CREATE_ASSIGNMENT';
const U = 'UPDATE_ASSIGNMENT';
const D = 'DELETE_ASSIGNMENT';
const MANY_FILES = Array.from({ length: 51 }, (_, n) => `fil_${n}`);

const BAD = 'invalid_value';
const policy = (changes: object = {}) => ({
  rate_percent: 500,
  interval_seconds: 86_400,
  cap_percent: 5_000,
  floor_percent: 0,
  basis: 'points_possible',
  ...changes,
});
const LEVEL = { id: 'good', title: 'Good', points: 10 };
const MANY_LEVELS = Array.from({ length: 21 }, (_, n) => ({ ...LEVEL, id: `l${n}` }));
const rubric = (...criteria: object[]) => ({
  criteria: criteria.map((changes) => ({
    id: 'clarity',
    title: 'Clarity',
    description_md: '',
    points: 10,
    levels: [LEVEL],
    ...changes,
  })),
});
const MANY_CRITERIA = Array.from({ length: 51 }, (_, n) => ({ id: `c${n}` }));

const TABLE: readonly [
  name: string,
  person: Person,
  kind: string,
  payload: object,
  code: string,
][] = [
  ['instructor creates', 'instructor', C, create(), 'ok'],
  ['with all dates', 'instructor', C, create({ unlock_at: 1, due_at: 2, lock_at: 3 }), 'ok'],
  ['with equal dates', 'instructor', C, create({ unlock_at: 5, due_at: 5, lock_at: 5 }), 'ok'],
  ['with no points', 'instructor', C, create({ points_possible: 0 }), 'ok'],
  ['with an own file', 'instructor', C, create({ attachments: ['fil_2', 'fil_1'] }), 'ok'],
  ['ta creates', 'ta', C, create(), 'forbidden'],
  ['student creates', 'student', C, create(), 'forbidden'],
  ['admin creates', 'admin', C, create(), 'ok'],
  ['foreign instructor creates', 'foreignInstructor', C, create(), 'not_found'],
  ['deleted account creates', 'nobodyKnown', C, create(), 'account_not_active'],
  ['in no course', 'instructor', C, create({ course_id: 'crs_0' }), 'not_found'],
  ['in an archived course', 'instructor', C, create({ course_id: 'crs_old' }), 'course_not_active'],
  [
    'with an id that is taken',
    'instructor',
    C,
    create({ assignment_id: 'asg_1' }),
    'already_exists',
  ],
  ['due before unlock', 'instructor', C, create({ unlock_at: 2, due_at: 1 }), 'invalid_value'],
  ['lock before due', 'instructor', C, create({ due_at: 2, lock_at: 1 }), 'invalid_value'],
  ['lock before unlock', 'instructor', C, create({ unlock_at: 2, lock_at: 1 }), 'invalid_value'],
  ['negative points', 'instructor', C, create({ points_possible: -1 }), 'invalid_value'],
  ['points finer than milli', 'instructor', C, create({ points_possible: 0.5 }), 'invalid_value'],
  ['NaN points', 'instructor', C, create({ points_possible: Number.NaN }), 'invalid_value'],
  ['too many points', 'instructor', C, create({ points_possible: 1_000_000_001 }), 'invalid_value'],
  ['negative weight', 'instructor', C, create({ weight: -1 }), 'invalid_value'],
  ['too much weight', 'instructor', C, create({ weight: 1_000_001 }), 'invalid_value'],
  ['negative grace', 'instructor', C, create({ grace_seconds: -1 }), 'invalid_value'],
  ['grace above a week', 'instructor', C, create({ grace_seconds: 604_801 }), 'invalid_value'],
  ['no attempt allowed', 'instructor', C, create({ max_attempts: 0 }), 'invalid_value'],
  ['a file of another', 'instructor', C, create({ attachments: ['fil_sue'] }), 'invalid_value'],
  ['a file that is none', 'instructor', C, create({ attachments: ['fil_0'] }), 'invalid_value'],
  ['too many files', 'instructor', C, create({ attachments: MANY_FILES }), 'invalid_value'],

  ['with a late policy', 'instructor', C, create({ late_policy: policy() }), 'ok'],
  ['no rate', 'instructor', C, create({ late_policy: policy({ rate_percent: 0 }) }), BAD],
  [
    'rate above all',
    'instructor',
    C,
    create({ late_policy: policy({ rate_percent: 10_001 }) }),
    BAD,
  ],
  ['no interval', 'instructor', C, create({ late_policy: policy({ interval_seconds: 0 }) }), BAD],
  [
    'half an interval',
    'instructor',
    C,
    create({ late_policy: policy({ interval_seconds: 0.5 }) }),
    BAD,
  ],
  ['cap above all', 'instructor', C, create({ late_policy: policy({ cap_percent: 10_001 }) }), BAD],
  [
    'floor below none',
    'instructor',
    C,
    create({ late_policy: policy({ floor_percent: -1 }) }),
    BAD,
  ],
  ['with a rubric', 'instructor', C, create({ rubric: rubric({}) }), 'ok'],
  ['a rubric of nothing', 'instructor', C, create({ rubric: { criteria: [] } }), BAD],
  ['a criterion below none', 'instructor', C, create({ rubric: rubric({ points: -1 }) }), BAD],
  ['a level above its criterion', 'instructor', C, create({ rubric: rubric({ points: 9 }) }), BAD],
  ['the same criterion twice', 'instructor', C, create({ rubric: rubric({}, {}) }), BAD],
  ['two criteria', 'instructor', C, create({ rubric: rubric({}, { id: 'other' }) }), 'ok'],
  [
    'the same level twice',
    'instructor',
    C,
    create({ rubric: rubric({ levels: [LEVEL, LEVEL] }) }),
    BAD,
  ],
  ['too many levels', 'instructor', C, create({ rubric: rubric({ levels: MANY_LEVELS }) }), BAD],
  ['too many criteria', 'instructor', C, create({ rubric: rubric(...MANY_CRITERIA) }), BAD],

  ['instructor updates', 'instructor', U, update({ title: 'T' }), 'ok'],
  ['sets a bad policy', 'instructor', U, update({ late_policy: policy({ cap_percent: -1 }) }), BAD],
  ['sets a bad rubric', 'instructor', U, update({ rubric: rubric({ points: Number.NaN }) }), BAD],
  ['admin updates', 'admin', U, update({ title: 'T' }), 'ok'],
  ['ta updates', 'ta', U, update({ title: 'T' }), 'forbidden'],
  ['student updates', 'student', U, update({ title: 'T' }), 'forbidden'],
  ['foreign instructor updates', 'foreignInstructor', U, update({ title: 'T' }), 'not_found'],
  ['updates nothing there', 'instructor', U, update({ assignment_id: 'asg_0' }), 'not_found'],
  ['updates an old version', 'instructor', U, update({ expected_version: 0 }), 'version_mismatch'],
  [
    'updates a coming version',
    'instructor',
    U,
    update({ expected_version: 2 }),
    'version_mismatch',
  ],
  [
    'in an archived course',
    'instructor',
    U,
    update({ assignment_id: 'asg_old' }),
    'course_not_active',
  ],
  ['due moves before unlock', 'instructor', U, update({ due_at: 999 }), 'invalid_value'],
  ['unlock moves behind due', 'instructor', U, update({ unlock_at: 2_001 }), 'invalid_value'],
  ['due goes, unlock moves', 'instructor', U, update({ due_at: null, unlock_at: 9_999 }), 'ok'],
  [
    'attaches a file of another',
    'instructor',
    U,
    update({ attachments: ['fil_sue'] }),
    'invalid_value',
  ],
  ['admin keeps the files', 'admin', U, update({ attachments: ['fil_1'] }), 'ok'],

  ['instructor deletes', 'instructor', D, remove(), 'ok'],
  ['admin deletes', 'admin', D, remove(), 'ok'],
  ['ta deletes', 'ta', D, remove(), 'forbidden'],
  ['student deletes', 'student', D, remove(), 'forbidden'],
  ['foreign student deletes', 'foreignStudent', D, remove(), 'not_found'],
  ['deletes nothing there', 'instructor', D, remove({ assignment_id: 'asg_0' }), 'not_found'],
  ['deletes an old version', 'instructor', D, remove({ expected_version: 0 }), 'version_mismatch'],
  ['deletes handed-in work', 'instructor', D, remove({ assignment_id: 'asg_used' }), 'conflict'],
  ['archived', 'instructor', D, remove({ assignment_id: 'asg_old' }), 'course_not_active'],
];

t.test('who may do what to an assignment, and what is refused', (t) => {
  for (const [name, person, kind, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('a created assignment is answered as the API shows it', (t) => {
  const machine = course();
  const created = machine.must<Assignment>(
    PEOPLE.instructor,
    C,
    create({ points_possible: 12_345, due_at: machine.now, attachments: ['fil_2'] }),
  );
  t.match(created, {
    id: 'asg_new',
    locked: false,
    points_possible: 12.345,
    weight: 1,
    due_at: '2026-01-05T09:00:00.000Z',
    lock_at: null,
    topics: ['logs'],
    attachments: [{ id: 'fil_2', filename: 'fil_2.txt', size_bytes: 3 }],
    version: 1,
  });
  t.equal(machine.lastTarget(), 'asg_new');
  t.same(
    machine.lastEvents().map((event) => ({ ...event })),
    [
      {
        type: 'assignment.created',
        course_id: 'crs_1',
        user_id: null,
        data: '{"assignment_id":"asg_new"}',
      },
    ],
  );
  t.end();
});

t.test('an update changes what it names, counts the version and replaces the files', (t) => {
  const machine = course();
  machine.now += 60_000;
  const before = getAssignment(machine.reader, actorOf('instructor'), 'asg_1', 0);
  const after = machine.must<Assignment>(
    PEOPLE.instructor,
    U,
    update({ due_at: null, weight: 2_500, attachments: ['fil_2'] }),
  );
  t.same(after, {
    ...before,
    due_at: null,
    weight: 2.5,
    attachments: after.attachments,
    version: 2,
    updated_at: '2026-01-05T09:01:00.000Z',
  });
  t.same(
    filesOf(machine.reader, 'assignment', 'asg_1').map(({ id }) => id),
    ['fil_2'],
  );
  t.equal(machine.lastEvents()[0]?.type, 'assignment.updated');
  t.end();
});

t.test('all fields can be changed, each on its own', (t) => {
  const changes: [field: keyof Assignment, value: unknown, shown: unknown][] = [
    ['title', 'Other', 'Other'],
    ['body_md', 'Else.', 'Else.'],
    ['points_possible', 7_000, 7],
    ['weight', 500, 0.5],
    ['unlock_at', 0, '1970-01-01T00:00:00.000Z'],
    ['due_at', 3_000, '1970-01-01T00:00:03.000Z'],
    ['lock_at', 4_000, '1970-01-01T00:00:04.000Z'],
    ['grace_seconds', 30, 30],
    ['max_attempts', 3, 3],
    ['topics', ['a', 'b'], ['a', 'b']],
    ['extra_credit', true, true],
    ['late_policy', policy(), { ...policy(), rate_percent: 5, cap_percent: 50 }],
    ['rubric', rubric({}), rubric({ points: 0.01, levels: [{ ...LEVEL, points: 0.01 }] })],
  ];
  for (const [field, value, shown] of changes) {
    const machine = course();
    const before = getAssignment(machine.reader, actorOf('instructor'), 'asg_1', 0);
    const after = machine.must<Assignment>(PEOPLE.instructor, U, update({ [field]: value }));
    t.same(after, { ...before, [field]: shown, version: 2 }, field);
  }
  t.end();
});

t.test('a change that changes nothing makes no version and no event', (t) => {
  const machine = course();
  machine.must(PEOPLE.instructor, U, update({ late_policy: policy(), rubric: rubric({}) }));
  const before = getAssignment(machine.reader, actorOf('instructor'), 'asg_1', 0);
  machine.now += 60_000;
  const same: object[] = [
    {},
    { title: 'Essay', due_at: 2_000, topics: ['logs'] },
    { late_policy: policy(), rubric: rubric({}), extra_credit: false },
    { attachments: ['fil_1'] },
  ];
  for (const changes of same) {
    t.same(machine.must(PEOPLE.instructor, U, update({ expected_version: 2, ...changes })), before);
    t.same(machine.lastEvents(), []);
    t.equal(machine.lastTarget(), 'asg_1');
  }
  const other = update({ expected_version: 2, attachments: [] });
  t.equal(machine.must<Assignment>(PEOPLE.instructor, U, other).version, 3);
  t.equal(
    machine.code(PEOPLE.instructor, U, update({})),
    'version_mismatch',
    'judged all the same',
  );
  t.end();
});

t.test('a late policy is merged into the one that there is', (t) => {
  const machine = course();
  const change = (expected_version: number, late_policy: object | null) =>
    machine.must<Assignment>(PEOPLE.instructor, U, update({ expected_version, late_policy }))
      .late_policy;
  t.equal(machine.code(PEOPLE.instructor, U, update({ late_policy: { cap_percent: 1 } })), BAD);
  t.equal(machine.code(PEOPLE.instructor, U, update({ late_policy: {} })), BAD);
  const first = { rate_percent: 5, interval_seconds: 60 };
  const defaults = { cap_percent: 100, floor_percent: 0, basis: 'points_possible' };
  t.same(change(1, { rate_percent: 500, interval_seconds: 60 }), { ...first, ...defaults });
  t.same(change(2, { cap_percent: 5_000, basis: 'entered' }), {
    ...first,
    ...defaults,
    cap_percent: 50,
    basis: 'entered',
  });
  t.match(change(3, { rate_percent: 100 }), { rate_percent: 1, cap_percent: 50 });
  t.equal(change(4, null), null);
  t.equal(
    machine.code(PEOPLE.instructor, U, update({ expected_version: 5, late_policy: {} })),
    BAD,
  );
  t.end();
});

t.test('lowering the points possible changes no grade that was given', (t) => {
  const machine = course();
  const grade = (expected_version: number, points: number) => ({
    submission_id: 'sub_1',
    expected_version,
    points,
    feedback_md: '',
    state: 'posted',
    attempt: null,
    reason: null,
  });
  const G = 'GRADE_ASSIGNMENT';
  machine.must(PEOPLE.instructor, G, grade(0, 9_000));
  const lower = { assignment_id: 'asg_used', expected_version: 1, points_possible: 5_000 };
  t.match(machine.must(PEOPLE.instructor, U, lower), { points_possible: 5, version: 2 });
  const kept = machine.reader.get<{ points: number }>('SELECT points FROM grades');
  t.equal(kept?.points, 9_000);
  t.equal(machine.code(PEOPLE.instructor, G, grade(1, 9_000)), BAD, 'given anew it is judged anew');
  t.equal(machine.code(PEOPLE.instructor, G, grade(1, 5_000)), 'ok');
  t.end();
});

t.test('a deleted assignment is gone for everybody, and its files are loose', (t) => {
  const machine = course();
  t.equal(machine.must(PEOPLE.instructor, D, remove()), null);
  t.equal(machine.lastEvents()[0]?.type, 'assignment.deleted');
  t.throws(() => getAssignment(machine.reader, actorOf('instructor'), 'asg_1', 0), {
    code: 'not_found',
  });
  t.same(filesOf(machine.reader, 'assignment', 'asg_1'), []);
  const page = listAssignments(machine.reader, actorOf('instructor'), 'crs_1', 0, {
    limit: 10,
    after: null,
  });
  t.same(
    page.items.map(({ id }) => id),
    ['asg_used'],
  );
  t.end();
});

t.test('before it opens a student sees title and dates, not body and files', (t) => {
  const machine = course();
  const seen = (person: Person, now: number) =>
    getAssignment(machine.reader, actorOf(person), 'asg_1', now);
  machine.must(PEOPLE.instructor, U, update({ rubric: rubric({}), late_policy: policy() }));
  t.match(seen('student', 999), { title: 'Essay', locked: true, body_md: null, rubric: null });
  t.equal(seen('student', 999).late_policy?.rate_percent, 5, 'they plan by it');
  t.same(seen('student', 999).attachments, []);
  t.equal(seen('student', 999).due_at, '1970-01-01T00:00:02.000Z');
  t.match(seen('student', 1_000), {
    locked: false,
    body_md: 'Write.',
    attachments: [{ id: 'fil_1' }],
    rubric: { criteria: [{ id: 'clarity' }] },
  });
  for (const person of ['ta', 'instructor', 'admin'] as const) {
    t.match(seen(person, 999), { locked: false, body_md: 'Write.' }, person);
  }
  const list = listAssignments(machine.reader, actorOf('student'), 'crs_1', 999, {
    limit: 1,
    after: null,
  });
  t.match(list, { items: [{ id: 'asg_1', locked: true, body_md: null }], next: ['asg_1'] });
  t.end();
});

t.test('a foreign assignment and a missing one are told apart by nothing', (t) => {
  const machine = course();
  const refusal = (id: string): Refusal => {
    try {
      getAssignment(machine.reader, actorOf('foreignStudent'), id, 0);
    } catch (error) {
      return error as Refusal;
    }
    throw new Error('it was shown');
  };
  t.equal(refusal('asg_1').message, refusal('asg_0').message);
  t.equal(refusal('asg_1').code, 'not_found');
  t.end();
});
