import { PEOPLE, TestCourse } from './test-course.ts';

/** `qry_1` to the instructors, anonymous, with `ans_1` of the ta; `qry_2` to the tutor. By sue. */
export function courseWithQueries() {
  const machine = new TestCourse();
  machine.must(PEOPLE.student, 'POST_QUERY', question({ query_id: 'qry_1', anonymous: true }));
  machine.must(PEOPLE.student, 'POST_QUERY', question({ query_id: 'qry_2', to: 'tutor' }));
  machine.must(PEOPLE.ta, 'ANSWER_QUERY', answer({ answer_id: 'ans_1' }));
  machine.must(
    PEOPLE.instructor,
    'POST_QUERY',
    question({ query_id: 'qry_old', course_id: 'crs_old' }),
  );
  machine.must(
    PEOPLE.student,
    'ANSWER_QUERY',
    answer({ query_id: 'qry_old', answer_id: 'ans_old' }),
  );
  machine.archive('crs_old');
  return machine;
}

export const question = (changes: object = {}) => ({
  query_id: 'qry_new',
  course_id: 'crs_1',
  to: 'instructor',
  title: 'Why?',
  body_md: 'I wonder.',
  anonymous: false,
  ...changes,
});
export const answer = (changes: object = {}) => ({
  query_id: 'qry_1',
  answer_id: 'ans_new',
  body_md: 'Because.',
  ...changes,
});
export const accept = (changes: object = {}) => ({
  query_id: 'qry_1',
  answer_id: 'ans_1',
  accepted: true,
  ...changes,
});
export const endorse = (changes: object = {}) => ({
  query_id: 'qry_1',
  answer_id: 'ans_1',
  endorsed: true,
  ...changes,
});
