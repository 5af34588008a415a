import t from 'tap';
import { gradeHistory } from '../queries/grade-history.ts';
import { type Grade, getGrade } from '../queries/grades.ts';
import { actorOf, PEOPLE, TestCourse } from '../test-course.ts';

const RUBRIC = {
  criteria: [
    { id: 'proof', title: 'Proof', description_md: '', points: 6_000, levels: [] },
    {
      id: 'style',
      title: 'Style',
      description_md: '',
      points: 4_000,
      levels: [
        { id: 'good', title: 'Good', points: 4_000 },
        { id: 'bad', title: 'Bad', points: 0 },
      ],
    },
  ],
};

/** `sub_1` for an assignment of 10 points with these fields. */
function course(fields: object) {
  const machine = new TestCourse();
  machine.addAssignment('asg_1', fields);
  machine.handIn('student', 'asg_1', 'sub_1');
  return machine;
}

const grade = (changes: object = {}) => ({
  submission_id: 'sub_1',
  expected_version: 0,
  points: 9_000,
  feedback_md: '',
  state: 'posted',
  attempt: null,
  reason: null,
  ...changes,
});

const scores = (proof: number, style: number, changes: object = {}) =>
  grade({ points: proof + style, rubric_points: { proof, style }, ...changes });

const draft = { state: 'draft' };
const none = { points: 5_000, rubric_points: { proof: 5_000 } };

/** The last column is the code of the first error, or `ok`. */
const TABLE: readonly [name: string, fields: object, payload: object, code: string][] = [
  ['all criteria', { rubric: RUBRIC }, scores(5_000, 4_000), 'ok'],
  ['nothing for all', { rubric: RUBRIC }, scores(0, 0), 'ok'],
  ['points without scores', { rubric: RUBRIC }, grade(), 'ok'],
  ['no scores, said so', { rubric: RUBRIC }, grade({ rubric_points: null }), 'ok'],
  ['more than a criterion', { rubric: RUBRIC }, scores(6_001, 0), 'out_of_range'],
  ['less than nothing', { rubric: RUBRIC }, scores(-1, 4_000), 'out_of_range'],
  ['finer than milli', { rubric: RUBRIC }, scores(0.5, 0), 'out_of_range'],
  ['between two levels', { rubric: RUBRIC }, scores(5_000, 1_000), 'not_a_level'],
  ['another sum', { rubric: RUBRIC }, scores(5_000, 4_000, { points: 8_000 }), 'not_the_sum'],
  [
    'points beside the sum',
    { rubric: RUBRIC },
    scores(5_000, 4_000, { points: 9_500 }),
    'not_the_sum',
  ],
  ['one missing', { rubric: RUBRIC }, grade(none), 'required'],
  ['one missing in a draft', { rubric: RUBRIC }, grade({ ...none, ...draft }), 'ok'],
  [
    'an unknown one',
    { rubric: RUBRIC },
    grade({ rubric_points: { x: 9_000 } }),
    'unknown_criterion',
  ],
  ['scores without a rubric', {}, scores(5_000, 4_000), 'no_rubric'],
  ['above the maximum', {}, grade({ points: 10_001 }), 'out_of_range'],
  ['extra credit', { extra_credit: true }, grade({ points: 10_001 }), 'ok'],
  ['too much of it', { extra_credit: true }, grade({ points: 1_000_000_001 }), 'out_of_range'],
];

t.test('points and scores are held against the assignment and its rubric', (t) => {
  for (const [name, fields, payload, expected] of TABLE) {
    const machine = course(fields);
    const result = machine.apply(PEOPLE.ta, 'GRADE_ASSIGNMENT', payload);
    t.equal(result.ok ? 'ok' : result.errors[0]?.code, expected, name);
    if (!result.ok) t.equal(result.code, 'invalid_value', name);
    machine.close();
  }
  t.end();
});

t.test('scores are in the grade and in its history', (t) => {
  const machine = course({ rubric: RUBRIC });
  const saved = machine.must<Grade>(PEOPLE.ta, 'GRADE_ASSIGNMENT', scores(5_500, 4_000));
  t.same(saved.rubric_points, { proof: 5.5, style: 4 });
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ expected_version: 1 }));
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_1').rubric_points, null);
  const { items } = gradeHistory(machine.reader, actorOf('ta'), 'sub_1', { limit: 9, after: null });
  t.same(
    items.map(({ rubric_points }) => rubric_points),
    [null, { proof: 5.5, style: 4 }],
  );
  machine.close();
  t.end();
});

const HOUR = 3_600_000;
const POLICY = {
  rate_percent: 1_000,
  interval_seconds: 3_600,
  cap_percent: 5_000,
  floor_percent: 0,
  basis: 'points_possible',
};

t.test('what lateness costs follows the due date, and the entered points stay', (t) => {
  const machine = new TestCourse();
  const due_at = machine.now;
  machine.addAssignment('asg_1', { due_at, late_policy: POLICY });
  machine.now += 1.5 * HOUR;
  machine.handIn('student', 'asg_1', 'sub_1');
  const shown = () => {
    const { points, late_ms, late_deduction, final_points, version } = getGrade(
      machine.reader,
      actorOf('student'),
      'sub_1',
    );
    return [points, late_ms, late_deduction, final_points, version];
  };
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade());
  t.same(shown(), [9, 1.5 * HOUR, 2, 7, 1]);
  const move = (changes: object, expected_version: number) =>
    machine.must(PEOPLE.instructor, 'UPDATE_ASSIGNMENT', {
      assignment_id: 'asg_1',
      expected_version,
      ...changes,
    });
  move({ due_at: due_at + HOUR }, 1);
  t.same(shown(), [9, 0.5 * HOUR, 1, 8, 1]);
  move({ due_at: due_at + 2 * HOUR }, 2);
  t.same(shown(), [9, 0, 0, 9, 1]);
  move({ due_at, late_policy: null }, 3);
  t.same(shown(), [9, 1.5 * HOUR, 0, 9, 1]);
  machine.close();
  t.end();
});

t.test('the attempt that was judged is the one whose lateness counts', (t) => {
  const machine = new TestCourse();
  machine.addAssignment('asg_1', { due_at: machine.now, late_policy: POLICY });
  machine.handIn('student', 'asg_1', 'sub_1');
  machine.now += HOUR;
  machine.handIn('student', 'asg_1', 'sub_1');
  const first = machine.must<Grade>(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ attempt: 1 }));
  t.match(first, { attempt: 1, late_ms: 0, final_points: 9 });
  const second = machine.must<Grade>(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ expected_version: 1 }));
  t.match(second, { attempt: 2, late_ms: HOUR, final_points: 8 });
  machine.close();
  t.end();
});
