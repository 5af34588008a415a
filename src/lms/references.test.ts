import t from 'tap';
import { isInUse } from './references.ts';
import { PEOPLE, TestCourse } from './test-course.ts';

t.test('what is referred to is in use, and so is who did anything', async (t) => {
  const course = new TestCourse();
  const { reader } = course;
  const used = (id: string) => isInUse(reader, 'users', id);
  course.addUser('usr_new', 'instructor');
  t.notOk(used('usr_new'));
  t.notOk(used('usr_nobody'));
  course.must(PEOPLE.instructor, 'ENROLL', { course_id: 'crs_1', user_id: 'usr_new', role: 'ta' });
  t.ok(used('usr_new'), 'enrolled');
  course.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id: 'usr_new' });
  t.notOk(used('usr_new'));
  course.must(PEOPLE.instructor, 'ENROLL', { course_id: 'crs_1', user_id: 'usr_new', role: 'ta' });
  course.addAssignment('asg_1');
  course.handIn('student', 'asg_1', 'sub_1');
  course.must('usr_new', 'GRADE_ASSIGNMENT', {
    submission_id: 'sub_1',
    expected_version: 0,
    points: 1_000,
    feedback_md: '',
    state: 'posted',
    attempt: null,
    reason: null,
  });
  course.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id: 'usr_new' });
  t.ok(used('usr_new'), 'has graded');
  course.addUser('usr_asker', 'student');
  course.must(PEOPLE.instructor, 'ENROLL', {
    course_id: 'crs_1',
    user_id: 'usr_asker',
    role: 'student',
  });
  const asked = { query_id: 'qry_1', course_id: 'crs_1', to: 'instructor' };
  course.must('usr_asker', 'POST_QUERY', { ...asked, title: '?', body_md: '', anonymous: false });
  course.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id: 'usr_asker' });
  t.ok(used('usr_asker'), 'has asked');
  t.ok(isInUse(reader, 'courses', 'crs_1'));
  t.notOk(isInUse(reader, 'courses', 'crs_nobody'));
});
