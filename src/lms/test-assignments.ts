import { TestCourse } from './test-course.ts';

/** `asg_1` with an attachment, `asg_used` with a submission, `asg_old` in an archived course. */
export function courseWithAssignments() {
  const machine = new TestCourse();
  for (const id of ['fil_1', 'fil_2']) machine.addFile(id, 'instructor');
  machine.addFile('fil_sue', 'student');
  machine.addAssignment('asg_1', { unlock_at: 1_000, due_at: 2_000, attachments: ['fil_1'] });
  machine.addAssignment('asg_used');
  machine.handIn('student', 'asg_used', 'sub_1');
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.archive('crs_old');
  return machine;
}

export const update = (changes: object) => ({
  assignment_id: 'asg_1',
  expected_version: 1,
  ...changes,
});

export const policy = (changes: object = {}) => ({
  rate_percent: 500,
  interval_seconds: 86_400,
  cap_percent: 5_000,
  floor_percent: 0,
  basis: 'points_possible',
  ...changes,
});

export const LEVEL = { id: 'good', title: 'Good', points: 10 };

export const rubric = (...criteria: object[]) => ({
  criteria: criteria.map((changes) => ({
    id: 'clarity',
    title: 'Clarity',
    description_md: '',
    points: 10,
    levels: [LEVEL],
    ...changes,
  })),
});
