import t from 'tap';
import { type Assignment, getAssignment } from '../queries/assignments.ts';
import { filesOf } from '../queries/files.ts';
import { courseWithAssignments, LEVEL, policy, rubric, update } from '../test-assignments.ts';
import { actorOf, PEOPLE } from '../test-course.ts';

const U = 'UPDATE_ASSIGNMENT';
const BAD = 'invalid_value';

t.test('an update changes what it names, counts the version and replaces the files', (t) => {
  const machine = courseWithAssignments();
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
    const machine = courseWithAssignments();
    const before = getAssignment(machine.reader, actorOf('instructor'), 'asg_1', 0);
    const after = machine.must<Assignment>(PEOPLE.instructor, U, update({ [field]: value }));
    t.same(after, { ...before, [field]: shown, version: 2 }, field);
  }
  t.end();
});

t.test('a change that changes nothing makes no version and no event', (t) => {
  const machine = courseWithAssignments();
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
  const machine = courseWithAssignments();
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
  const machine = courseWithAssignments();
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
