import t from 'tap';
import { actorOf, PEOPLE, TestCourse } from '../test-course.ts';
import { courseStatistics } from './course-statistics.ts';
import { getProgress } from './progress.ts';
import { addMaterial, course, grade } from './test-five-essays.ts';

t.test('the numbers of a course', (t) => {
  const { machine } = course();
  const { reader } = machine;
  for (const person of ['student', 'otherStudent'] as const) {
    machine.handIn(person, 'asg_1', `sub_${person}`);
  }
  machine.handIn('student', 'asg_5', 'sub_5');
  grade(machine, 'student', 'asg_1', 9_000);
  grade(machine, 'otherStudent', 'asg_1', 10_000);
  grade(machine, 'student', 'asg_2', 2_005);
  grade(machine, 'student', 'asg_3', 10_000, { state: 'draft' });
  const said = { course_id: 'crs_1', title: 't', body_md: 'b', anonymous: false };
  machine.must(PEOPLE.student, 'POST_QUERY', { ...said, query_id: 'qry_1', to: 'instructor' });
  machine.must(PEOPLE.student, 'POST_QUERY', { ...said, query_id: 'qry_2', to: 'tutor' });
  machine.must(PEOPLE.ta, 'ANSWER_QUERY', { query_id: 'qry_1', answer_id: 'ans_1', body_md: 'b' });
  const numbers = () => courseStatistics(reader, actorOf('ta'), 'crs_1');
  const before = numbers();
  t.match(before, {
    students: 2,
    submitted: 3,
    submission_rate_percent: 30,
    graded: 3,
    percent: { mean: 70.02, median: 90, min: 20.05, max: 100 },
    queries: { to_instructor: 1, to_tutor: 1, answered: 1 },
    tutor_messages: 0,
  });
  t.same(before.materials_most_asked, []);
  t.same(
    before.distribution.map(({ grades }) => grades),
    [0, 0, 1, 0, 0, 0, 0, 0, 0, 2],
  );
  const asg_1 = { assignment_id: 'asg_1', title: 'Essay', submitted: 2, graded: 2 };
  t.same(before.assignments[0], { ...asg_1, submission_rate_percent: 100, mean_percent: 95 });
  t.match(before.assignments[2], { submitted: 0, graded: 0, mean_percent: null });
  machine.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id: PEOPLE.otherStudent });
  t.match(numbers(), {
    students: 1,
    submitted: 2,
    graded: 2,
    percent: { max: 90 },
    assignments: [{ submitted: 1, submission_rate_percent: 100, mean_percent: 90 }],
  });
  machine.close();
  t.end();
});

t.test('a course where nothing happened has no numbers to divide', (t) => {
  const machine = new TestCourse();
  const { students, submission_rate_percent, percent, assignments } = courseStatistics(
    machine.reader,
    actorOf('foreignInstructor'),
    'crs_2',
  );
  t.same([students, submission_rate_percent, percent, assignments], [1, null, null, []]);
  machine.close();
  t.end();
});

t.test('materials that the tutor cites most come first; extra credit is in the last tenth', (t) => {
  const { machine } = course();
  machine.addAssignment('asg_6', { extra_credit: true, points_possible: 10_000 });
  grade(machine, 'student', 'asg_6', 12_000);
  for (const id of ['mat_1', 'mat_2', 'mat_3']) addMaterial(machine, id);
  const cites = [['mat_2'], ['mat_1', 'mat_2'], ['mat_2', 'mat_3'], ['mat_3'], []];
  for (const [n, materials] of cites.entries()) {
    machine.must(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', {
      message_id: `msg_${n}`,
      course_id: 'crs_1',
      conversation_id: 'cnv_1',
      is_new: n === 0,
      question_md: 'q',
      mode: 'retrieval',
      body_md: 'a',
      citations: materials.map((material_id) => ({
        n: 1,
        material_id,
        title: 't',
        page: 1,
        page_label: null,
        quote: 'q',
      })),
      reason: null,
      model: null,
    });
  }
  const numbers = courseStatistics(machine.reader, actorOf('ta'), 'crs_1');
  t.equal(numbers.tutor_messages, 5);
  t.same(
    numbers.materials_most_asked.map(({ material_id, questions }) => [material_id, questions]),
    [
      ['mat_2', 3],
      ['mat_3', 2],
      ['mat_1', 1],
    ],
  );
  t.match(numbers.percent, { max: 120 });
  t.same(numbers.distribution[9], { from_percent: 90, to_percent: 100, grades: 1 });
  const own = getProgress(machine.reader, actorOf('student'), 'crs_1', PEOPLE.student, 0);
  t.equal(own.tutor_message_count, 5);
  machine.close();
  t.end();
});
