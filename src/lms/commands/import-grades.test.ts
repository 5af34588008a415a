import t from 'tap';
import { getGrade } from '../queries/grades.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';
import type { ImportedGrades } from './import-grades.ts';

/** `sub_1` has an attempt; the other student has nothing. */
function course() {
  const machine = new TestCourse();
  machine.addAssignment('asg_1');
  machine.addAssignment('asg_2', { extra_credit: true });
  machine.handIn('student', 'asg_1', 'sub_1');
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.archive('crs_old');
  return machine;
}

const cell = (changes: object = {}) => ({
  assignment: 0,
  points: 9_000,
  submission_id: 'sub_9',
  ...changes,
});

const row = (changes: object = {}) => ({
  student_id: PEOPLE.student,
  base_index: 1_000,
  cells: [cell()],
  ...changes,
});

const file = (changes: object = {}) => ({
  course_id: 'crs_1',
  state: 'draft',
  assignment_ids: ['asg_1', 'asg_2'],
  rows: [row()],
  unchanged_count: 0,
  reason: null,
  ...changes,
});

const withCell = (changes: object) => file({ rows: [row({ cells: [cell(changes)] })] });
const many = Array.from({ length: 5_001 }, () => cell());

const TABLE: readonly [name: string, person: Person, payload: object, code: string][] = [
  ['a ta', 'ta', file(), 'ok'],
  ['an instructor', 'instructor', file(), 'ok'],
  ['an admin', 'admin', file(), 'forbidden'],
  ['a student', 'otherStudent', file(), 'forbidden'],
  ['a foreign instructor', 'foreignInstructor', file(), 'not_found'],
  ['no such course', 'ta', file({ course_id: 'crs_0' }), 'not_found'],
  ['an archived course', 'ta', file({ course_id: 'crs_old' }), 'course_not_active'],
  ['nothing', 'ta', file({ rows: [] }), 'ok'],
  ['the maximum', 'ta', withCell({ points: 10_000 }), 'ok'],
  ['above the maximum', 'ta', withCell({ points: 10_001 }), 'invalid_value'],
  ['extra credit', 'ta', withCell({ points: 10_001, assignment: 1 }), 'ok'],
  ['less than nothing', 'ta', withCell({ points: -1 }), 'invalid_value'],
  ['finer than milli', 'ta', withCell({ points: 0.5 }), 'invalid_value'],
  ['NaN', 'ta', withCell({ points: Number.NaN }), 'invalid_value'],
  ['no such assignment', 'ta', withCell({ assignment: 7 }), 'invalid_value'],
  ['a foreign assignment', 'ta', file({ assignment_ids: ['asg_old'] }), 'invalid_value'],
  ['no such student', 'ta', file({ rows: [row({ student_id: 'usr_0' })] }), 'invalid_value'],
  ['a row of the staff', 'ta', file({ rows: [row({ student_id: PEOPLE.ta })] }), 'invalid_value'],
  ['the same cell twice', 'ta', file({ rows: [row({ cells: [cell(), cell()] })] }), 'ok'],
  [
    'an id that is taken',
    'ta',
    withCell({ assignment: 1, submission_id: 'sub_1' }),
    'already_exists',
  ],
  [
    'no id where one is needed',
    'ta',
    file({ rows: [row({ cells: [{ assignment: 1, points: 1 }] })] }),
    'conflict',
  ],
  ['too many cells', 'ta', file({ rows: [row({ cells: many })] }), 'invalid_value'],
];

t.test('who may import grades, and what is refused', (t) => {
  for (const [name, person, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], 'IMPORT_GRADES', payload), code, name);
    if (code !== 'ok') t.same(machine.reader.all('SELECT 1 FROM grades'), [], `${name}: no trace`);
    machine.close();
  }
  t.end();
});

t.test('new grades get the state of the import, others keep state and feedback', (t) => {
  const machine = course();
  const index = machine.machine.applied.index;
  const { reader } = machine;
  machine.must(PEOPLE.ta, 'IMPORT_GRADES', file({ reason: 'Exam' }));
  t.match(getGrade(reader, actorOf('ta'), 'sub_1'), { points: 9, state: 'draft', attempt: 1 });
  t.same(machine.lastEvents(), [], 'drafts are no news');
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', {
    submission_id: 'sub_1',
    expected_version: 1,
    points: 5_000,
    feedback_md: 'Good.',
    state: 'posted',
    attempt: null,
    reason: null,
  });
  const rows = [row({ base_index: index + 2 }), row({ student_id: PEOPLE.otherStudent })];
  const imported = machine.must<ImportedGrades>(PEOPLE.instructor, 'IMPORT_GRADES', file({ rows }));
  t.match(imported, { change_count: 2, conflict_count: 0 });
  t.match(getGrade(reader, actorOf('ta'), 'sub_1'), {
    points: 9,
    state: 'posted',
    feedback_md: 'Good.',
    version: 3,
    grader: { id: PEOPLE.instructor },
  });
  t.match(getGrade(reader, actorOf('ta'), 'sub_9'), { points: 9, state: 'draft', attempt: 0 });
  t.match(machine.lastEvents(), [{ type: 'grade.posted', user_id: PEOPLE.student }]);
  machine.close();
  t.end();
});

t.test('what was changed since the row was read is a conflict and stays, the rest is done', (t) => {
  const machine = course();
  machine.must(PEOPLE.ta, 'IMPORT_GRADES', file());
  const changedAt = machine.machine.applied.index;
  const attempt = (base_index: number, points: number) =>
    machine.must<ImportedGrades>(
      PEOPLE.instructor,
      'IMPORT_GRADES',
      file({
        unchanged_count: 4,
        rows: [
          row({ base_index, cells: [cell({ points }), cell({ assignment: 1, points: 7_000 })] }),
        ],
      }),
    );
  t.same(attempt(changedAt - 1, 8_000), {
    change_count: 1,
    unchanged_count: 4,
    conflict_count: 1,
    conflicts: [
      {
        student_id: PEOPLE.student,
        assignment_id: 'asg_1',
        yours: 8,
        current: 9,
        current_version: 1,
      },
    ],
  });
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_1').points, 9);
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_9').points, 7);
  t.match(attempt(0, 9_000), { change_count: 0, unchanged_count: 6, conflict_count: 0 });
  t.match(attempt(changedAt, 8_000), { change_count: 1, unchanged_count: 5, conflict_count: 0 });
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_1').points, 8);
  machine.close();
  t.end();
});

t.test('an attempt that came after the row was read is not judged', (t) => {
  const machine = course();
  const base_index = machine.machine.applied.index;
  machine.handIn('student', 'asg_1', 'sub_1');
  machine.must(PEOPLE.ta, 'IMPORT_GRADES', file({ rows: [row({ base_index })] }));
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_1').attempt, 1);
  t.equal(machine.reader.get('SELECT needs_grading AS n FROM submissions')?.n, 1);
  machine.close();
  t.end();
});

t.test('a rubric’s scores do not outlive points that are not their sum', (t) => {
  const machine = new TestCourse();
  const criteria = [{ id: 'a', title: 'A', description_md: '', points: 10_000, levels: [] }];
  machine.addAssignment('asg_1', { rubric: { criteria } });
  machine.handIn('student', 'asg_1', 'sub_1');
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', {
    submission_id: 'sub_1',
    expected_version: 0,
    points: 4_000,
    rubric_points: { a: 4_000 },
    feedback_md: '',
    state: 'posted',
    attempt: null,
    reason: null,
  });
  machine.must(PEOPLE.ta, 'IMPORT_GRADES', file());
  t.match(getGrade(machine.reader, actorOf('ta'), 'sub_1'), { points: 9, rubric_points: null });
  machine.close();
  t.end();
});
