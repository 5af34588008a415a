import t, { type Test } from 'tap';
import { gradeStudent } from '../../lms/commands/grade-student.ts';
import { uploadMaterial } from '../../lms/commands/upload-material.ts';
import { newId } from '../ids.ts';
import { courseScene, itemsOf, type Person } from '../testing-course.ts';

function scene(t: Test) {
  const course = courseScene(t);
  const { api, people, course_id } = course;
  const assignment = course.assignment({ topics: ['logs'] });
  api.command(
    gradeStudent,
    {
      assignment_id: assignment,
      student_id: people.student.id,
      submission_id: newId('sub'),
      expected_version: 0,
      points: 6_000,
      feedback_md: '',
      state: 'posted',
      reason: null,
    },
    people.instructor.id,
  );
  const material = newId('mat');
  api.command(
    uploadMaterial,
    { material_id: material, course_id, title: 'Logs', topic: null, text_md: 'Text.' },
    people.instructor.id,
  );
  const base = `/v1/courses/${course_id}`;
  return { ...course, base, assignment_id: assignment, material_id: material };
}

t.test('a student sees their own progress, the staff see that of all', async (t) => {
  const { as, base, people, material_id } = scene(t);
  const own = await (await as('student', `GET ${base}/progress/me`)).json();
  t.match(own, {
    graded_count: 1,
    average_percent: 60,
    topics: [{ topic: 'logs', percent: 60 }],
    next: [
      { kind: 'review', topic: 'logs', percent: 60 },
      { kind: 'read', material_id },
    ],
  });
  const seen = await as('ta', `GET ${base}/progress/${people.student.id}`);
  t.same(await seen.json(), own);
  t.equal((await as('otherStudent', `GET ${base}/progress/${people.student.id}`)).status, 404);
  const first = await as('ta', `GET ${base}/progress?limit=1`);
  const { next_cursor } = (await first.clone().json()) as { next_cursor: string };
  t.match(await itemsOf(first), [{ student: { username: 'sue' }, average_percent: 60 }]);
  const rest = await itemsOf(as('ta', `GET ${base}/progress?limit=1&cursor=${next_cursor}`));
  t.match(rest, [{ student: { username: 'stu' }, average_percent: null }]);
});

t.test('what a student says of a material is in their progress', async (t) => {
  const { as, base, material_id } = scene(t);
  const path = `PUT /v1/materials/${material_id}/progress`;
  const said = await as('student', path, { state: 'started', page: 3 });
  const progress = await said.json();
  t.match(progress, { state: 'started', page: 3 });
  const own = (await (await as('student', `GET ${base}/progress/me`)).json()) as object;
  t.match(own, { materials: [progress] });
  for (const body of [
    {},
    { state: 'read' },
    { state: 'done', page: 0 },
    { state: 'done', by: 1 },
  ]) {
    t.equal((await as('student', path, body)).status, 400);
  }
});

t.test('the staff see numbers of the course', async (t) => {
  const { as, base, assignment_id } = scene(t);
  t.match(await (await as('ta', `GET ${base}/statistics`)).json(), {
    students: 2,
    graded: 1,
    percent: { mean: 60, median: 60, min: 60, max: 60 },
    assignments: [{ assignment_id, graded: 1, mean_percent: 60 }],
  });
});

/** Statuses of: nobody, student, ta, admin, foreign student, foreign instructor. */
const PEOPLE: readonly (Person | null)[] = [
  null,
  'student',
  'ta',
  'admin',
  'foreignStudent',
  'foreignInstructor',
];
const ACCESS: readonly [target: string, statuses: string][] = [
  ['GET {base}/progress', '401 403 200 200 404 404'],
  ['GET {base}/progress/{student}', '401 200 200 200 404 404'],
  ['GET {base}/progress/{other}', '401 404 200 200 404 404'],
  ['GET {base}/statistics', '401 403 200 200 404 404'],
  ['PUT /v1/materials/{material}/progress', '401 200 200 403 404 404'],
];

t.test('who may do what', async (t) => {
  const { as, base, people, material_id } = scene(t);
  const names: Record<string, string> = {
    base,
    student: people.student.id,
    other: people.otherStudent.id,
    material: material_id,
  };
  for (const [target, row] of ACCESS) {
    const filled = target.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
    const body = target.startsWith('PUT') ? { state: 'done' } : undefined;
    const statuses: number[] = [];
    for (const person of PEOPLE) statuses.push((await as(person, filled, body)).status);
    t.same(statuses, row.split(' ').map(Number), target);
  }
});
