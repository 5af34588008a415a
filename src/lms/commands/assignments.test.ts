import t from 'tap';
import { type Assignment, getAssignment, listAssignments } from '../queries/assignments.ts';
import { filesOf } from '../queries/files.ts';
import { courseWithAssignments, LEVEL, policy, rubric, update } from '../test-assignments.ts';
import { actorOf, newAssignment, PEOPLE, type Person } from '../test-course.ts';

const create = (changes: object = {}) => newAssignment({ assignment_id: 'asg_new', ...changes });
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
const MANY_LEVELS = Array.from({ length: 21 }, (_, n) => ({ ...LEVEL, id: `l${n}` }));
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
    const machine = courseWithAssignments();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('a created assignment is answered as the API shows it', (t) => {
  const machine = courseWithAssignments();
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

t.test('a deleted assignment is gone for everybody, and its files are loose', (t) => {
  const machine = courseWithAssignments();
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
