import t from 'tap';
import { getOverride, listOverrides, type Override } from '../queries/overrides.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const P = 'PUT_OVERRIDE';
const D = 'DELETE_OVERRIDE';
const HOUR = 3_600_000;

/** `asg_1` with dates, stu has an override of it; `asg_old` in an archived course, sue has one. */
function course() {
  const machine = new TestCourse();
  machine.addFile('fil_1', 'instructor');
  const now = machine.now;
  machine.addAssignment('asg_1', {
    unlock_at: now,
    due_at: now + HOUR,
    lock_at: now + 2 * HOUR,
    max_attempts: 1,
    attachments: ['fil_1'],
  });
  machine.must(PEOPLE.instructor, P, put({ user_id: PEOPLE.otherStudent, max_attempts: 2 }));
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.must(PEOPLE.instructor, P, put({ assignment_id: 'asg_old', grace_seconds: 1 }));
  machine.archive('crs_old');
  return machine;
}

const put = (changes: object = {}) => ({
  assignment_id: 'asg_1',
  user_id: PEOPLE.student,
  reason: null,
  ...changes,
});
const remove = (changes: object = {}) => ({
  assignment_id: 'asg_1',
  user_id: PEOPLE.otherStudent,
  ...changes,
});
const due = (offset: number) => ({ due_at: Date.UTC(2026, 0, 5, 9) + offset });
const BAD = 'invalid_value';
const OLD = { assignment_id: 'asg_old' };
const sue = { user_id: PEOPLE.student };

const TABLE: readonly [string, Person, string, object, string][] = [
  ['a later due date', 'instructor', P, put(due(2 * HOUR)), 'ok'],
  ['an earlier one', 'instructor', P, put(due(1)), 'ok'],
  ['no dates at all', 'instructor', P, put({ unlock_at: null, due_at: null, lock_at: null }), 'ok'],
  ['any number of attempts', 'instructor', P, put({ max_attempts: null }), 'ok'],
  ['by an admin', 'admin', P, put(due(HOUR)), 'ok'],
  ['by a ta', 'ta', P, put(due(HOUR)), 'forbidden'],
  ['by the student', 'student', P, put(due(HOUR)), 'forbidden'],
  ['by a foreign instructor', 'foreignInstructor', P, put(due(HOUR)), 'not_found'],
  ['by nobody known', 'nobodyKnown', P, put(due(HOUR)), 'account_not_active'],
  [
    'of nothing there',
    'instructor',
    P,
    put({ assignment_id: 'asg_0', grace_seconds: 1 }),
    'not_found',
  ],
  ['for a ta', 'instructor', P, put({ user_id: PEOPLE.ta, grace_seconds: 1 }), 'not_found'],
  [
    'for a foreign student',
    'instructor',
    P,
    put({ user_id: PEOPLE.foreignStudent, grace_seconds: 1 }),
    'not_found',
  ],
  ['for nobody', 'instructor', P, put({ user_id: 'usr_0', grace_seconds: 1 }), 'not_found'],
  [
    'in an archived course',
    'instructor',
    P,
    put({ ...OLD, grace_seconds: 2 }),
    'course_not_active',
  ],
  ['that overrides nothing', 'instructor', P, put(), BAD],
  ['due before unlock', 'instructor', P, put(due(-1)), BAD],
  ['due after lock', 'instructor', P, put(due(2 * HOUR + 1)), BAD],
  [
    'due after lock, which moves too',
    'instructor',
    P,
    put({ ...due(3 * HOUR), lock_at: null }),
    'ok',
  ],
  ['unlock after due', 'instructor', P, put({ unlock_at: due(HOUR + 1).due_at }), BAD],
  ['no attempt', 'instructor', P, put({ max_attempts: 0 }), BAD],
  ['negative grace', 'instructor', P, put({ grace_seconds: -1 }), BAD],
  ['a due date that is no number', 'instructor', P, put({ due_at: 'soon' }), BAD],
  ['half a ms', 'instructor', P, put({ due_at: due(HOUR).due_at + 0.5 }), BAD],
  ['the first, as expected', 'instructor', P, put({ grace_seconds: 1, expected_version: 0 }), 'ok'],
  [
    'the first, but there is one',
    'instructor',
    P,
    put({ user_id: PEOPLE.otherStudent, grace_seconds: 1, expected_version: 0 }),
    'version_mismatch',
  ],
  [
    'the second, but there is none',
    'instructor',
    P,
    put({ grace_seconds: 1, expected_version: 1 }),
    'version_mismatch',
  ],

  ['taken back', 'instructor', D, remove(), 'ok'],
  ['taken back by an admin', 'admin', D, remove({ expected_version: 1 }), 'ok'],
  ['taken back by a ta', 'ta', D, remove(), 'forbidden'],
  ['taken back by the student', 'otherStudent', D, remove(), 'forbidden'],
  ['taken back by a stranger', 'foreignInstructor', D, remove(), 'not_found'],
  ['of another version', 'instructor', D, remove({ expected_version: 2 }), 'version_mismatch'],
  ['there is none', 'instructor', D, remove(sue), 'not_found'],
  ['of nothing there', 'instructor', D, remove({ assignment_id: 'asg_0' }), 'not_found'],
  ['in an archived course', 'instructor', D, remove({ ...OLD, ...sue }), 'course_not_active'],
];

t.test('who may give whom other dates, and which', (t) => {
  for (const [name, person, kind, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('an override is answered with what it overrides and what comes out', (t) => {
  const machine = course();
  const made = machine.must<Override>(
    PEOPLE.instructor,
    P,
    put({ ...due(2 * HOUR), max_attempts: null, reason: 'ill' }),
  );
  t.same(made, {
    assignment_id: 'asg_1',
    student: { id: PEOPLE.student, display_name: PEOPLE.student },
    due_at: '2026-01-05T11:00:00.000Z',
    max_attempts: null,
    reason: 'ill',
    granted_by: { id: PEOPLE.instructor, display_name: PEOPLE.instructor },
    effective: {
      unlock_at: '2026-01-05T09:00:00.000Z',
      due_at: '2026-01-05T11:00:00.000Z',
      lock_at: '2026-01-05T11:00:00.000Z',
      grace_seconds: 0,
      max_attempts: null,
    },
    version: 1,
    created_at: '2026-01-05T09:00:00.000Z',
    updated_at: '2026-01-05T09:00:00.000Z',
  });
  t.equal(machine.lastTarget(), `asg_1/${PEOPLE.student}`);
  t.match(machine.lastEvents(), [
    { type: 'override.updated', course_id: 'crs_1', user_id: PEOPLE.student },
  ]);
  const again = put({ ...due(2 * HOUR), max_attempts: null, reason: 'ill' });
  t.same(machine.must(PEOPLE.admin, P, again), made, 'the same again changes nothing');
  t.same(machine.lastEvents(), []);
  const renamed = put({ ...due(2 * HOUR), max_attempts: null, reason: 'very ill' });
  t.match(machine.must(PEOPLE.admin, P, renamed), { reason: 'very ill', version: 2 });
  const replaced = machine.must<Override>(PEOPLE.admin, P, put({ grace_seconds: 60 }));
  t.match(replaced, { grace_seconds: 60, version: 3, granted_by: { id: PEOPLE.admin } });
  t.notOk('due_at' in replaced, 'it is replaced as a whole');
  t.equal(replaced.effective.due_at, '2026-01-05T10:00:00.000Z');
  t.end();
});

t.test('it is read by staff and by whose it is', (t) => {
  const machine = course();
  machine.must(PEOPLE.instructor, P, put({ grace_seconds: 9, reason: 'ill' }));
  const { reader } = machine;
  for (const person of ['ta', 'instructor', 'admin'] as const) {
    const seen = getOverride(reader, actorOf(person), 'asg_1', PEOPLE.student);
    t.match(seen, { grace_seconds: 9, reason: 'ill' }, person);
    const page = { limit: 1, after: null };
    const first = listOverrides(reader, actorOf(person), 'asg_1', page);
    t.equal(first.items.length, 1);
    const rest = listOverrides(reader, actorOf(person), 'asg_1', { limit: 9, after: first.next });
    t.same(
      [...first.items, ...rest.items].map(({ student }) => student.id),
      [PEOPLE.otherStudent, PEOPLE.student].sort(),
    );
    t.equal(rest.next, null);
  }
  const own = getOverride(reader, actorOf('student'), 'asg_1', PEOPLE.student);
  t.match(own, { grace_seconds: 9, reason: null }, 'why is for staff');
  const refused = [
    ['otherStudent', 'forbidden'],
    ['foreignStudent', 'not_found'],
    ['foreignInstructor', 'not_found'],
  ] as const;
  for (const [person, code] of refused) {
    t.throws(() => getOverride(reader, actorOf(person), 'asg_1', PEOPLE.student), { code }, person);
  }
  machine.must(PEOPLE.instructor, D, remove(sue));
  t.throws(() => getOverride(reader, actorOf('student'), 'asg_1', PEOPLE.student), {
    code: 'not_found',
  });
  t.throws(() => listOverrides(reader, actorOf('student'), 'asg_1', { limit: 9, after: null }), {
    code: 'forbidden',
  });
  t.end();
});

t.test('who left the course keeps none that could not be taken back', (t) => {
  const machine = course();
  const gone = { course_id: 'crs_1', user_id: PEOPLE.otherStudent };
  machine.must(PEOPLE.instructor, 'UNENROLL', gone);
  const again = put({ user_id: PEOPLE.otherStudent, grace_seconds: 1 });
  t.equal(machine.code(PEOPLE.instructor, P, again), 'not_found');
  t.equal(machine.code(PEOPLE.instructor, D, remove()), 'ok');
  t.end();
});
