import { PEOPLE, type Person, TestCourse } from './test-course.ts';

/** `sub_1` has two attempts, `sub_tom` is of a student who is a ta now, `sub_old` is archived. */
export function courseWithWork() {
  const machine = new TestCourse();
  machine.addAssignment('asg_1');
  machine.handIn('student', 'asg_1', 'sub_1');
  machine.handIn('student', 'asg_1', 'sub_1');
  enroll(machine, 'ta', 'student');
  machine.handIn('ta', 'asg_1', 'sub_tom');
  enroll(machine, 'ta', 'ta');
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.handIn('student', 'asg_old', 'sub_old');
  machine.archive('crs_old');
  return machine;
}

function enroll(machine: TestCourse, person: Person, role: string): void {
  machine.must(PEOPLE.instructor, 'ENROLL', { course_id: 'crs_1', user_id: PEOPLE[person], role });
}

export const grade = (changes: object = {}) => ({
  submission_id: 'sub_1',
  expected_version: 0,
  points: 8_500,
  feedback_md: 'Good.',
  state: 'posted',
  attempt: null,
  reason: null,
  ...changes,
});
