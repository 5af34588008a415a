import t from 'tap';
import { type Grade, getGrade } from '../queries/grades.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';
import { courseWithWork, grade } from '../test-grades.ts';

const TABLE: readonly [name: string, person: Person, payload: object, code: string][] = [
  ['a ta', 'ta', grade(), 'ok'],
  ['an instructor', 'instructor', grade(), 'ok'],
  ['an admin', 'admin', grade(), 'forbidden'],
  ['the student', 'student', grade(), 'forbidden'],
  ['another student', 'otherStudent', grade(), 'not_found'],
  ['a foreign instructor', 'foreignInstructor', grade(), 'not_found'],
  ['a deleted account', 'nobodyKnown', grade(), 'account_not_active'],
  ['no such submission', 'ta', grade({ submission_id: 'sub_0' }), 'not_found'],
  ['own work, as a ta', 'ta', grade({ submission_id: 'sub_tom' }), 'forbidden'],
  ['that work, by the instructor', 'instructor', grade({ submission_id: 'sub_tom' }), 'ok'],
  ['an archived course', 'instructor', grade({ submission_id: 'sub_old' }), 'course_not_active'],
  ['a version that is none', 'ta', grade({ expected_version: 1 }), 'version_mismatch'],
  ['no points', 'ta', grade({ points: 0 }), 'ok'],
  ['all points', 'ta', grade({ points: 10_000 }), 'ok'],
  ['more than all points', 'ta', grade({ points: 10_001 }), 'invalid_value'],
  ['negative points', 'ta', grade({ points: -1 }), 'invalid_value'],
  ['points finer than milli', 'ta', grade({ points: 0.5 }), 'invalid_value'],
  ['NaN points', 'ta', grade({ points: Number.NaN }), 'invalid_value'],
  ['the first attempt', 'ta', grade({ attempt: 1 }), 'ok'],
  ['the latest attempt', 'ta', grade({ attempt: 2 }), 'ok'],
  ['no such attempt', 'ta', grade({ attempt: 3 }), 'invalid_value'],
  ['attempt zero', 'ta', grade({ attempt: 0 }), 'invalid_value'],
];

t.test('who may grade what, and what is refused', (t) => {
  for (const [name, person, payload, code] of TABLE) {
    const machine = courseWithWork();
    t.equal(machine.code(PEOPLE[person], 'GRADE_ASSIGNMENT', payload), code, name);
    machine.close();
  }
  t.end();
});

t.test('a grade is answered as the API shows it', (t) => {
  const machine = courseWithWork();
  const value = machine.must<Grade>(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade());
  const at = '2026-01-05T09:00:00.000Z';
  t.same(value, {
    submission_id: 'sub_1',
    assignment_id: 'asg_1',
    assignment_title: 'Essay',
    course_id: 'crs_1',
    points: 8.5,
    points_possible: 10,
    rubric_points: null,
    late_ms: 0,
    late_deduction: 0,
    final_points: 8.5,
    feedback_md: 'Good.',
    state: 'posted',
    attempt: 2,
    grader: { id: PEOPLE.ta, display_name: PEOPLE.ta },
    posted_at: at,
    version: 1,
    created_at: at,
    updated_at: at,
  });
  t.equal(machine.lastTarget(), 'sub_1');
  t.match(machine.lastEvents(), [
    { type: 'grade.posted', course_id: 'crs_1', user_id: PEOPLE.student },
  ]);
  t.end();
});

t.test('the second grader is refused and told what the first one saved', (t) => {
  const machine = courseWithWork();
  const first = machine.must<Grade>(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade());
  const second = machine.apply(PEOPLE.instructor, 'GRADE_ASSIGNMENT', grade({ points: 1_000 }));
  t.match(second, { ok: false, code: 'version_mismatch', extra: { current_version: 1 } });
  t.same(second.ok || second.extra.current, first);
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_1').points, 8.5);
  const third = machine.must<Grade>(
    PEOPLE.instructor,
    'GRADE_ASSIGNMENT',
    grade({ points: 1_000, expected_version: 1, reason: 'copied' }),
  );
  t.match(third, { points: 1, version: 2, grader: { id: PEOPLE.instructor } });
  t.end();
});
