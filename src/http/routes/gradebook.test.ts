import { parse } from 'csv-parse/sync';
import t, { type Test } from 'tap';
import { enroll } from '../../lms/commands/enroll.ts';
import { gradeStudent } from '../../lms/commands/grade-student.ts';
import { newId } from '../ids.ts';
import { type CourseScene, courseScene } from '../testing-course.ts';

const HOUR = 3_600_000;
const LATE = {
  rate_percent: 1_000,
  interval_seconds: 3_600,
  cap_percent: 5_000,
  floor_percent: 0,
  basis: 'points_possible',
};
const CSV = { Accept: 'text/csv' };

interface Page {
  readonly assignments: { id: string; title: string }[];
  readonly items: {
    student: { id: string };
    cells: ({ grade: object | null } | null)[];
    current_percent: number | null;
    final_percent: number | null;
  }[];
  readonly next_cursor: string | null;
}

/** `essay` was handed in an hour late by the student and graded; `exam` has weight 3. */
async function scene(t: Test) {
  const course = courseScene(t);
  const due_at = Date.now() - HOUR + 60_000;
  const essay = course.assignment({ due_at, late_policy: LATE });
  const exam = course.assignment({ title: '=Exam', weight: 3_000, points_possible: 20_000 });
  const path = `/v1/assignments/${essay}/submissions`;
  await course.as('student', `POST ${path}`, { text_md: 'x' });
  const grade = (person: 'student' | 'otherStudent', assignment: string, changes: object = {}) =>
    course.api.command(
      gradeStudent,
      {
        assignment_id: assignment,
        student_id: course.people[person].id,
        submission_id: newId('sub'),
        expected_version: 0,
        points: 9_000,
        feedback_md: '',
        state: 'posted',
        reason: null,
        ...changes,
      },
      course.people.instructor.id,
    );
  grade('student', essay);
  const book = `GET /v1/courses/${course.course_id}/gradebook`;
  return { ...course, essay, exam, grade, book };
}

const pageOf = async (response: Promise<Response>) => (await (await response).json()) as Page;

t.test('all assignments by enrolled students, with points and totals', async (t) => {
  const { as, essay, exam, book, people, grade } = await scene(t);
  grade('otherStudent', exam, { points: 5_000, state: 'draft' });
  const page = await pageOf(as('ta', book));
  t.same(
    page.assignments.map(({ id }) => id),
    [essay, exam],
  );
  t.same(
    page.items.map(({ student }) => student.id),
    [people.student.id, people.otherStudent.id],
  );
  const [sue, stu] = page.items;
  t.match(sue?.cells[0], {
    attempt_count: 1,
    needs_grading: false,
    grade: { points: 9, final_points: 8, state: 'posted', version: 1 },
  });
  t.equal(sue?.cells[1], null);
  t.same([sue?.current_percent, sue?.final_percent], [80, 20]);
  t.match(stu?.cells, [null, { attempt_count: 0, grade: { points: 5, state: 'draft' } }]);
  t.same([stu?.current_percent, stu?.final_percent], [null, 0], 'a draft does not count');
  t.equal(page.next_cursor, null);
});

t.test('pages go by student, and who has left is in none of them', async (t) => {
  const { as, book, course_id, people } = await scene(t);
  const first = await pageOf(as('ta', `${book}?limit=1`));
  const second = await pageOf(as('ta', `${book}?limit=1&cursor=${first.next_cursor}`));
  t.same(
    [...first.items, ...second.items].map(({ student }) => student.id),
    [people.student.id, people.otherStudent.id],
  );
  t.equal(second.next_cursor, null);
  await as('instructor', `DELETE /v1/courses/${course_id}/enrollments/${people.student.id}`);
  const left = await pageOf(as('ta', book));
  t.same(
    left.items.map(({ student }) => student.id),
    [people.otherStudent.id],
  );
});

t.test('as CSV it has the points as entered, and where they were read', async (t) => {
  const { as, book, essay, exam, people, grade } = await scene(t);
  grade('otherStudent', exam, { points: 5_125, state: 'draft' });
  const response = await as('ta', book, undefined, CSV);
  t.equal(response.headers.get('Content-Type'), 'text/csv; charset=utf-8; header=present');
  t.equal(response.headers.get('Content-Disposition'), 'attachment; filename="gradebook.csv"');
  const index = response.headers.get('LMS-Index');
  const text = await response.text();
  t.ok(text.endsWith('\r\n'), 'lines end as RFC 4180 says');
  t.same(parse(text), [
    [
      'student_id',
      'username',
      'display_name',
      'base_index',
      `Essay (10) [${essay}]`,
      `'=Exam (20) [${exam}]`,
      'current_percent',
      'final_percent',
    ],
    [people.student.id, 'sue', 'sue', index, '9', '', '80', '20'],
    [people.otherStudent.id, 'stu', 'stu', index, '', '5.125', '', '0'],
  ]);
});

const EVIL = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'a,b', 'a"b', 'é'];

t.test('names that a spreadsheet would run are guarded, others stay as they are', async (t) => {
  const { api, as, book, course_id, people } = await scene(t);
  addStudents(api, course_id, people.instructor.id, EVIL);
  const rows = parse(await (await as('ta', book, undefined, CSV)).text()) as string[][];
  const names = rows.slice(3).map(([, , name]) => name);
  t.same(names, ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", 'a,b', 'a"b', 'é']);
});

t.test('many students come in slices, each once, while others write', async (t) => {
  const { api, as, book, course_id, people } = await scene(t);
  addStudents(
    api,
    course_id,
    people.instructor.id,
    Array.from({ length: 58 }, (_, n) => `s${n}`),
  );
  const response = await as('ta', book, undefined, CSV);
  const pieces: Buffer[] = [];
  for await (const piece of response.body ?? []) {
    pieces.push(Buffer.from(piece));
    if (pieces.length !== 2) continue;
    const { id: user_id } = api.user('late', 'student');
    api.command(enroll, { course_id, user_id, role: 'student' }, people.instructor.id);
  }
  const rows = parse(Buffer.concat(pieces)) as string[][];
  const ids = rows.slice(1).map(([id]) => id);
  t.equal(new Set(ids).size, ids.length);
  t.equal(ids.length, 61, 'who came meanwhile and sorts last is there too');
  const bases = new Set(rows.slice(1).map(([, , , base]) => base));
  t.ok(bases.size > 1, 'rows say at which entry they were read');
});

t.test('a slice of many assignments has fewer students', async (t) => {
  const { api, as, assignment, book, course_id, people } = await scene(t);
  for (let n = 0; n < 998; n += 1) assignment({ title: `A ${n}` });
  const names = Array.from({ length: 5 }, (_, n) => `s${n}`);
  addStudents(api, course_id, people.instructor.id, names);
  const response = await as('ta', book, undefined, CSV);
  const lines: number[] = [];
  for await (const piece of response.body ?? []) {
    lines.push(Buffer.from(piece).toString().split('\r\n').length - 1);
  }
  t.same(lines, [1, 2, 2, 2, 1]);
});

const total = (percent: number | null, final: number) => ({
  current_percent: percent,
  final_percent: final,
});

t.test('what if: with other points the total would be another', async (t) => {
  const { as, course_id, essay, exam, people, grade } = await scene(t);
  const ask = `POST /v1/courses/${course_id}/gradebook/what-if`;
  const points = { [essay]: 10, [exam]: 10 };
  const own = await (await as('student', ask, { points })).json();
  const student_id = people.student.id;
  t.same(own, { student_id, actual: total(80, 20), supposed: total(62.5, 62.5) });
  t.same(await (await as('ta', ask, { points, student_id })).json(), own);
  t.same(await (await as('student', ask, { points, student_id: 'me' })).json(), own);
  const nothing = await as('student', ask, { points: {} });
  t.same(await nothing.json(), { student_id, actual: total(80, 20), supposed: total(80, 20) });
  grade('student', exam, { points: 20_000, state: 'draft' });
  const drafted = await as('student', ask, { points: {} });
  t.match(await drafted.json(), { actual: total(80, 20) }, 'a draft is not told by asking');
  t.equal((await as('otherStudent', ask, { points, student_id })).status, 404);
});

t.test('what if: points that cannot be are refused', async (t) => {
  const { as, course_id, essay } = await scene(t);
  const ask = `POST /v1/courses/${course_id}/gradebook/what-if`;
  const rows: [points: object, status: number, code: string][] = [
    [{ [essay]: 10.001 }, 422, 'out_of_range'],
    [{ asg_0: 1 }, 422, 'unknown_assignment'],
    [{ [essay]: -1 }, 400, 'too_small'],
    [{ [essay]: 1.0001 }, 400, 'custom'],
  ];
  for (const [points, status, code] of rows) {
    const response = await as('student', ask, { points });
    t.match(await response.json(), { status, errors: [{ code }] }, JSON.stringify(points));
  }
});

function addStudents(
  api: CourseScene['api'],
  course_id: string,
  instructor: string,
  names: readonly string[],
): void {
  for (const [n, name] of names.entries()) {
    const { id } = api.user(`u${n}`, 'student');
    api.machine.reader.all('UPDATE users SET display_name = ? WHERE id = ?', name, id);
    api.command(enroll, { course_id, user_id: id, role: 'student' }, instructor);
  }
}
