import t from 'tap';
import { type Grade, getGrade, listOwnGrades } from '../queries/grades.ts';
import { getSubmission, listSubmissions } from '../queries/submissions.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';

/** Nobody has handed in for `asg_1`; `otherStudent` has for `asg_2`. */
function course() {
  const machine = new TestCourse();
  machine.addAssignment('asg_1');
  machine.addAssignment('asg_2');
  machine.handIn('otherStudent', 'asg_2', 'sub_2');
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.archive('crs_old');
  return machine;
}

const grade = (changes: object = {}) => ({
  assignment_id: 'asg_1',
  student_id: PEOPLE.student,
  submission_id: 'sub_1',
  expected_version: 0,
  points: 0,
  feedback_md: 'Missing.',
  state: 'posted',
  reason: null,
  ...changes,
});

const old = { assignment_id: 'asg_old' };

const TABLE: readonly [name: string, person: Person, payload: object, code: string][] = [
  ['a ta', 'ta', grade(), 'ok'],
  ['an instructor', 'instructor', grade({ points: 10_000 }), 'ok'],
  ['an admin', 'admin', grade(), 'forbidden'],
  ['the student', 'student', grade(), 'forbidden'],
  ['a foreign instructor', 'foreignInstructor', grade(), 'not_found'],
  ['no such assignment', 'ta', grade({ assignment_id: 'asg_0' }), 'not_found'],
  ['a foreign student', 'ta', grade({ student_id: PEOPLE.foreignStudent }), 'not_found'],
  ['no such student', 'ta', grade({ student_id: 'usr_0' }), 'not_found'],
  ['the instructor’s', 'ta', grade({ student_id: PEOPLE.instructor }), 'not_found'],
  ['their own', 'ta', grade({ student_id: PEOPLE.ta }), 'forbidden'],
  ['a version that is none', 'ta', grade({ expected_version: 1 }), 'version_mismatch'],
  ['too many points', 'ta', grade({ points: 10_001 }), 'invalid_value'],
  ['scores without a rubric', 'ta', grade({ rubric_points: {} }), 'invalid_value'],
  ['an archived course', 'instructor', grade(old), 'course_not_active'],
  ['an id that is taken', 'ta', grade({ submission_id: 'sub_2' }), 'already_exists'],
];

t.test('who may grade whom without a submission', (t) => {
  for (const [name, person, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], 'GRADE_STUDENT', payload), code, name);
    const made = machine.reader.all("SELECT 1 FROM submissions WHERE id = 'sub_1'").length;
    t.equal(made, code === 'ok' ? 1 : 0, `${name}: leaves nothing behind`);
    machine.close();
  }
  t.end();
});

t.test('it makes a submission without attempts, which handing in makes ungraded', (t) => {
  const machine = course();
  const { reader } = machine;
  const saved = machine.must<Grade>(PEOPLE.ta, 'GRADE_STUDENT', grade());
  t.match(saved, { submission_id: 'sub_1', attempt: 0, points: 0, final_points: 0, late_ms: 0 });
  t.match(machine.lastEvents(), [{ type: 'grade.posted', user_id: PEOPLE.student }]);
  const shown = () => {
    const { status, attempt_count, received_at, attempts } = getSubmission(
      reader,
      actorOf('ta'),
      'sub_1',
    );
    return [status, attempt_count, received_at === null, attempts.length];
  };
  t.same(shown(), ['graded', 0, true, 0]);
  machine.handIn('student', 'asg_1', 'sub_9');
  t.same(shown(), ['ungraded', 1, false, 1]);
  t.equal(getGrade(reader, actorOf('student'), 'sub_1').attempt, 0, 'the old grade stays');
  machine.close();
  t.end();
});

t.test('with attempts, the latest is judged, in the submission that is there', (t) => {
  const machine = course();
  const payload = grade({ assignment_id: 'asg_2', student_id: PEOPLE.otherStudent });
  t.match(machine.must(PEOPLE.ta, 'GRADE_STUDENT', payload), {
    submission_id: 'sub_2',
    attempt: 1,
  });
  t.equal(machine.code(PEOPLE.ta, 'GRADE_STUDENT', payload), 'version_mismatch');
  machine.close();
  t.end();
});

t.test('who was graded and then left can still be regraded', (t) => {
  const machine = course();
  machine.must(PEOPLE.ta, 'GRADE_STUDENT', grade());
  machine.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id: PEOPLE.student });
  t.equal(machine.code(PEOPLE.ta, 'GRADE_STUDENT', grade({ expected_version: 1 })), 'ok');
  machine.close();
  t.end();
});

t.test('a student does not see that something is drafted for them', (t) => {
  const machine = course();
  const { reader } = machine;
  const page = { limit: 10, after: null };
  const own = () => listSubmissions(reader, actorOf('student'), 'asg_1', 'all', page).items.length;
  const grades = () => listOwnGrades(reader, actorOf('student'), page).items.length;
  machine.must(PEOPLE.ta, 'GRADE_STUDENT', grade({ state: 'draft' }));
  t.same([own(), grades()], [0, 0]);
  machine.must(PEOPLE.ta, 'GRADE_STUDENT', grade({ expected_version: 1 }));
  t.same([own(), grades()], [1, 1]);
  machine.close();
  t.end();
});
