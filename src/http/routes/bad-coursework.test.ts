import t from 'tap';
import { createCourse } from '../../lms/commands/create-course.ts';
import { enroll } from '../../lms/commands/enroll.ts';
import { updateCourse } from '../../lms/commands/update-course.ts';
import { newId } from '../ids.ts';
import { courseScene, itemsOf, type Person } from '../testing-course.ts';

/** Name, who, what, status and code. */
const NOT_RIGHT: readonly [
  name: string,
  person: Person,
  target: string,
  body: unknown,
  status: number,
  code: string,
][] = [
  [
    'NaN points',
    'instructor',
    'POST {course}/assignments',
    '{"title":"T","points_possible":NaN}',
    400,
    'invalid_json',
  ],
  [
    'endless points',
    'instructor',
    'POST {course}/assignments',
    '{"title":"T","points_possible":1e999}',
    400,
    'invalid_request',
  ],
  [
    'negative points',
    'instructor',
    'PATCH {assignment}',
    { points_possible: -1 },
    400,
    'invalid_request',
  ],
  [
    'a negative rate',
    'instructor',
    'PATCH {assignment}',
    { late_policy: { rate_percent: -5, interval_seconds: 60 } },
    400,
    'invalid_request',
  ],
  [
    'due before unlock',
    'instructor',
    'PATCH {assignment}',
    { unlock_at: '2030-01-02T00:00:00Z', due_at: '2030-01-01T00:00:00Z' },
    422,
    'invalid_value',
  ],
  [
    'too many attempts',
    'student',
    'POST {assignment}/submissions',
    { text_md: 'y' },
    422,
    'too_many_attempts',
  ],
  [
    'an archived course: new',
    'instructor',
    'POST {old}/assignments',
    { title: 'T', points_possible: 1 },
    409,
    'course_not_active',
  ],
  [
    'an archived course: change',
    'instructor',
    'PATCH {old_assignment}',
    { title: 'U' },
    409,
    'course_not_active',
  ],
  [
    'an archived course: delete',
    'instructor',
    'DELETE {old_assignment}',
    undefined,
    409,
    'course_not_active',
  ],
  [
    'an archived course: dates',
    'instructor',
    'PUT {old_assignment}/overrides/{student}',
    { grace_seconds: 1 },
    409,
    'course_not_active',
  ],
  [
    'an archived course: hand in',
    'student',
    'POST {old_assignment}/submissions',
    { text_md: 'x' },
    409,
    'course_not_active',
  ],
];

t.test('what is not right is told so and leaves nothing behind', async (t) => {
  const scene = courseScene(t);
  const { api, as, people, course_id } = scene;
  const assignment = scene.assignment({ max_attempts: 1 });
  const work = { text_md: 'x' };
  t.equal(
    (await as('student', `POST /v1/assignments/${assignment}/submissions`, work)).status,
    201,
  );
  const old = newId('crs');
  const by = people.instructor.id;
  api.command(createCourse, { course_id: old, code: 'O', title: 'O', description_md: '' }, by);
  api.command(enroll, { course_id: old, user_id: people.student.id, role: 'student' }, by);
  const old_assignment = scene.assignment({ course_id: old });
  api.command(updateCourse, { course_id: old, status: 'archived' }, by);
  const paths: Record<string, string> = {
    course: `/v1/courses/${course_id}`,
    old: `/v1/courses/${old}`,
    assignment: `/v1/assignments/${assignment}`,
    old_assignment: `/v1/assignments/${old_assignment}`,
    student: people.student.id,
  };
  const state = async () => {
    const seen = [
      `${paths.course}/assignments`,
      `${paths.old}/assignments`,
      `${paths.assignment}/submissions`,
    ];
    return Promise.all(seen.map((path) => itemsOf(as('instructor', `GET ${path}`))));
  };
  const before = await state();
  for (const [name, person, target, body, status, code] of NOT_RIGHT) {
    const filled = target.replace(/\{(\w+)\}/g, (_, key: string) => paths[key] ?? '');
    const response = await as(person, filled, body, { 'If-Match': '"1"' });
    t.match(await response.json(), { status, code }, name);
  }
  t.same(await state(), before);
});
