import { PEOPLE, type Person, TestCourse } from '../test-course.ts';

export const HOUR = 3_600_000;

/** Five assignments of 10 points at the time of `start`; nobody has done anything. */
export function course() {
  const machine = new TestCourse();
  const start = machine.now;
  machine.addAssignment('asg_1', { topics: ['logs', 'proofs'], due_at: start + HOUR });
  machine.addAssignment('asg_2', { topics: ['logs'], weight: 3_000, due_at: start + 2 * HOUR });
  machine.addAssignment('asg_3', { topics: ['clocks'], due_at: start + 9 * HOUR });
  machine.addAssignment('asg_4', { topics: [], unlock_at: start + 20 * HOUR });
  machine.addAssignment('asg_5', { topics: [] });
  return { machine, start };
}

export function grade(
  machine: TestCourse,
  person: Person,
  assignment_id: string,
  points: number,
  changes: object = {},
): void {
  machine.must(PEOPLE.instructor, 'GRADE_STUDENT', {
    assignment_id,
    student_id: PEOPLE[person],
    submission_id: `sub_${person}_${assignment_id}`,
    expected_version: 0,
    points,
    feedback_md: '',
    state: 'posted',
    reason: null,
    ...changes,
  });
}

export function addMaterial(machine: TestCourse, id: string): void {
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', {
    material_id: id,
    course_id: 'crs_1',
    title: id,
    topic: null,
    text_md: 'Text.',
  });
}
