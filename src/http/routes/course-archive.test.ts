import t, { type Test } from 'tap';
import { clockToleranceMs } from '../../lms/limits.ts';
import { type CourseScene, courseScene, type Person } from '../testing-course.ts';
import { exportedPackage } from '../testing-course-packages.ts';

const HOUR = 3_600_000;
const POLICY = { rate_percent: 500, cap_percent: 3_000, floor_percent: 1_000 };

async function must<Value>(answer: Promise<Response>): Promise<Value> {
  const response = await answer;
  if (!response.ok) throw new Error(await response.text());
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as Value;
}

async function archived(s: CourseScene) {
  const { files, zip } = await exportedPackage(s, s.course_id, '?people=true');
  const rows = <Row>(name: string) => JSON.parse(files[`${name}.json`]?.toString() ?? '') as Row[];
  return { rows, zip };
}

/** An essay that was due 30 hours ago; it can be handed in still, which costs 5 % an hour. */
function lateEssay(t: Test) {
  const s = courseScene(t);
  const due = Date.now() - 30 * HOUR;
  const late_policy = { ...POLICY, interval_seconds: 3_600, basis: 'points_possible' };
  const essay = s.assignment({ due_at: due, grace_seconds: 600, late_policy });
  const handIn = async (person: Person, points: number) => {
    const path = `/v1/assignments/${essay}/submissions`;
    const { id } = await must<{ id: string }>(s.as(person, `POST ${path}`, { text_md: person }));
    const grade = { points, feedback_md: 'Good.', state: 'posted' };
    const first = { 'If-None-Match': '*' };
    await must(s.as('ta', `PUT /v1/submissions/${id}/grade`, grade, first));
    return id;
  };
  return { s, due, essay, handIn };
}

/** The class got a day more for an outage. Resolves with the id of the incident. */
async function outage(s: CourseScene, due: number): Promise<string> {
  const incident = await must<{ id: string }>(
    s.as('admin', 'POST /v1/incidents', {
      title: 'A cable was cut',
      started_at: new Date(due - 2 * HOUR).toISOString(),
      ended_at: new Date(due + HOUR).toISOString(),
    }),
  );
  const rule = {
    min_outage_seconds: 3_600,
    covers_due_after_seconds: 3_600,
    covers_rest_of_day: false,
    extend_by_seconds: 86_400,
    extend_from: 'original',
    business_days: false,
    allow_resubmit: false,
  };
  const policy = { name: 'Handbook 6.2', rules: [rule] };
  const { id: policy_id } = await must<{ id: string }>(
    s.as('admin', 'POST /v1/outage-policies', policy),
  );
  const path = `/v1/incidents/${incident.id}/adjustments`;
  await must(s.as('admin', `POST ${path}`, { action: 'apply', policy_id }));
  return incident.id;
}

interface Dated {
  readonly assignment_id: string;
  readonly student_id: string | null;
  readonly due_at?: string | null;
}

interface Work extends Dated {
  readonly id: string;
  readonly effective: { readonly due_at: string };
  readonly attempts: {
    number: number;
    received_at: string;
    committed_at: string;
    counted_at: string;
    clock_suspect: boolean;
  }[];
  readonly grades: { readonly points: number; readonly attempt: number }[];
  readonly result: { readonly final_points: number; readonly late_ms: number } | null;
}

interface Terms {
  readonly id: string;
  readonly due_at: string;
  readonly grace_seconds: number;
  readonly points_possible: number;
  readonly late_policy: typeof POLICY;
}

/** By nothing but what the package says. */
function recomputed(work: Work, terms: Terms, overrides: Dated[], adjustments: Dated[]) {
  const ofStudent = (row: Dated) => row.student_id === work.student_id;
  const own = overrides.find(ofStudent)?.due_at;
  const moved = adjustments.filter(
    own === undefined ? (row) => row.student_id === null : ofStudent,
  );
  const dues = [own ?? terms.due_at, ...moved.map(({ due_at }) => due_at ?? '')];
  const due = Math.max(...dues.map((text) => Date.parse(text)));
  const grade = work.grades.at(-1);
  const attempt = work.attempts.find(({ number }) => number === grade?.attempt);
  const counted = Date.parse(attempt?.counted_at ?? '');
  const late = Math.max(0, counted - due - terms.grace_seconds * 1_000);
  const { rate_percent, cap_percent, floor_percent } = terms.late_policy;
  const costs = Math.min(Math.ceil(late / HOUR) * rate_percent, cap_percent) / 100;
  const points = grade?.points ?? Number.NaN;
  const floor = Math.min(points, (floor_percent / 100) * terms.points_possible);
  const final = Math.max(floor, points - costs * terms.points_possible);
  return { due: new Date(due).toISOString(), late, final };
}

t.test('what everybody got can be computed from the package alone', async (t) => {
  const { s, due, essay, handIn } = lateEssay(t);
  const incident = await outage(s, due);
  const own = new Date(due + 29.5 * HOUR).toISOString();
  const dates = `/v1/assignments/${essay}/overrides/${s.people.otherStudent.id}`;
  await must(s.as('instructor', `PUT ${dates}`, { due_at: own, reason: 'ill' }));
  await handIn('student', 9);
  await handIn('otherStudent', 8.5);

  const { rows, zip } = await archived(s);
  const terms = rows<Terms>('assignments').find(({ id }) => id === essay) as Terms;
  const overrides = rows<Dated>('overrides');
  const adjustments = rows<Dated>('deadline_adjustments');
  const finals = rows<Work>('submissions').map((work) => {
    const { due: dueAt, late, final } = recomputed(work, terms, overrides, adjustments);
    t.match(work, { effective: { due_at: dueAt }, result: { final_points: final, late_ms: late } });
    return final;
  });
  t.same(finals, [6, 8], 'six hours late, and half an hour');
  for (const { id, result } of rows<Work>('submissions')) {
    t.match(await must(s.as('instructor', `GET /v1/submissions/${id}/grade`)), result ?? 'graded');
  }
  t.match(overrides, [
    {
      assignment_id: essay,
      student_id: s.people.otherStudent.id,
      due_at: own,
      reason: 'ill',
      granted_by: s.people.instructor.id,
    },
  ]);
  t.match(adjustments, [
    {
      assignment_id: essay,
      student_id: null,
      incident: { id: incident, title: 'A cable was cut' },
      due_before: new Date(due).toISOString(),
      due_at: new Date(due + 24 * HOUR).toISOString(),
    },
  ]);
  t.same((await archived(s)).zip, zip, 'the same bytes whenever it is exported');
});

t.test('an attempt says which clock counted', async (t) => {
  const { s, handIn } = lateEssay(t);
  await handIn('student', 1);
  s.api.consensus.now = () => Date.now() + 2 * clockToleranceMs;
  await handIn('otherStudent', 1);
  const attempts = (await archived(s)).rows<Work>('submissions').map((work) => work.attempts[0]);
  t.match(attempts, [{ clock_suspect: false }, { clock_suspect: true }]);
  const [right, wrong] = attempts;
  t.equal(right?.counted_at, right?.received_at);
  t.equal(wrong?.counted_at, wrong?.committed_at);
});

t.test('who left is named, and marked', async (t) => {
  const { s, handIn } = lateEssay(t);
  await handIn('student', 9);
  for (const person of ['student', 'ta'] as const) {
    const path = `/v1/courses/${s.course_id}/enrollments/${s.people[person].id}`;
    await must(s.as('instructor', `DELETE ${path}`));
  }
  const { rows } = await archived(s);
  const people = rows<{ id: string; username: string; role: string | null }>('people');
  t.same(
    people.map(({ id }) => id).sort(),
    people.map(({ id }) => id),
  );
  t.same(people.map(({ username, role }) => `${username} ${role}`).sort(), [
    'ann instructor',
    'stu student',
    'sue null',
    'tom null',
  ]);
  t.match(rows('submissions'), [
    { student_id: s.people.student.id, grades: [{ actor_id: s.people.ta.id }] },
  ]);
});

t.test('what was announced, asked and answered', async (t) => {
  const s = courseScene(t);
  const path = `/v1/courses/${s.course_id}`;
  const later = '2099-01-01T00:00:00.000Z';
  const announced = [
    { title: 'Friday', body_md: 'No lecture.', visible_from: null },
    { title: 'Exam', body_md: 'Room 5.', visible_from: later },
  ];
  for (const one of announced) await must(s.as('ta', `POST ${path}/announcements`, one));
  const query = { to: 'instructor', title: 'Page 3', body_md: 'Why?', anonymous: true };
  const { id } = await must<{ id: string }>(s.as('student', `POST ${path}/queries`, query));
  const answers = `/v1/queries/${id}/answers`;
  await must(s.as('otherStudent', `POST ${answers}`, { body_md: 'No idea.' }));
  const answer = await must<{ id: string }>(s.as('ta', `POST ${answers}`, { body_md: 'So.' }));
  await must(s.as('student', `PUT ${answers}/${answer.id}/accepted`));
  await must(s.as('instructor', `PUT ${answers}/${answer.id}/endorsed`));
  const gone = await must<{ id: string }>(s.as('student', `POST ${path}/queries`, query));
  await must(s.as('student', `DELETE /v1/queries/${gone.id}`));
  await must(s.as('student', `POST ${path}/queries`, { ...query, to: 'tutor', anonymous: false }));

  const { rows } = await archived(s);
  t.match(
    rows('announcements'),
    announced.map((one) => ({ ...one, author_id: s.people.ta.id })),
  );
  const queries = rows('queries');
  t.equal(queries.length, 2, 'not the deleted one');
  t.match(queries, [
    {
      ...query,
      id,
      author_id: s.people.student.id,
      status: 'resolved',
      accepted_answer_id: answer.id,
      answers: [
        { author_id: s.people.otherStudent.id, author_role: 'student', endorsed_by: null },
        { author_id: s.people.ta.id, body_md: 'So.', endorsed_by: s.people.instructor.id },
      ],
    },
    { to: 'tutor', anonymous: false },
  ]);
  const { files } = await exportedPackage(s);
  t.ok(files['announcements.json']);
  for (const name of ['people', 'submissions', 'overrides', 'deadline_adjustments', 'queries']) {
    t.notOk(files[`${name}.json`], name);
  }
});

t.test('more rows than are read at once, each of them once', async (t) => {
  const s = courseScene(t);
  const path = `/v1/courses/${s.course_id}/announcements`;
  const titles = Array.from({ length: 120 }, (_, n) => `Day ${n}`);
  for (const title of titles) await must(s.as('ta', `POST ${path}`, { title, body_md: 'x' }));
  const { rows } = await archived(s);
  t.same(
    rows<{ title: string }>('announcements').map(({ title }) => title),
    titles,
  );
});
