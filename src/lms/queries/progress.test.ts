import t from 'tap';
import type { Refusal } from '../refusal.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';
import { courseStatistics } from './course-statistics.ts';
import { getProgress, listProgress } from './progress.ts';
import { addMaterial, course, grade, HOUR } from './test-five-essays.ts';

const page = { limit: 10, after: null };

t.test('what was done in time, late or not at all, and what comes next', (t) => {
  const { machine, start } = course();
  const { reader } = machine;
  machine.handIn('student', 'asg_1', 'sub_1');
  machine.now = start + 3 * HOUR;
  machine.handIn('student', 'asg_2', 'sub_2');
  grade(machine, 'student', 'asg_1', 9_000);
  grade(machine, 'student', 'asg_2', 5_000);
  for (const id of ['mat_1', 'mat_2', 'mat_3']) addMaterial(machine, id);
  const say = (id: string, state: string, n: number | null = null) =>
    machine.must(PEOPLE.student, 'UPDATE_STUDENT_PROGRESS', { material_id: id, state, page: n });
  say('mat_1', 'done');
  say('mat_3', 'started', 7);
  const own = getProgress(reader, actorOf('student'), 'crs_1', PEOPLE.student, machine.now);
  t.match(own, {
    student: { id: PEOPLE.student },
    assignment_count: 5,
    submitted_count: 2,
    on_time_count: 1,
    late_count: 1,
    missing_count: 0,
    graded_count: 2,
    completion_percent: 40,
    average_percent: 60,
    level: 'beginner',
    material_done_count: 1,
  });
  t.same(own.topics, [
    { topic: 'logs', assignment_count: 2, graded_count: 2, percent: 60 },
    { topic: 'proofs', assignment_count: 1, graded_count: 1, percent: 90 },
    { topic: 'clocks', assignment_count: 1, graded_count: 0, percent: null },
  ]);
  t.match(own.materials, [
    { material_id: 'mat_1', state: 'done', page: null },
    { material_id: 'mat_2', state: 'unread', updated_at: null },
    { material_id: 'mat_3', state: 'started', page: 7 },
  ]);
  t.same(own.next, [
    {
      kind: 'hand_in',
      assignment_id: 'asg_3',
      title: 'Essay',
      due_at: new Date(start + 9 * HOUR).toISOString(),
      is_overdue: false,
    },
    { kind: 'hand_in', assignment_id: 'asg_5', title: 'Essay', due_at: null, is_overdue: false },
    { kind: 'review', topic: 'logs', percent: 60 },
    { kind: 'read', material_id: 'mat_3', title: 'mat_3' },
    { kind: 'read', material_id: 'mat_2', title: 'mat_2' },
  ]);
  const later = getProgress(reader, actorOf('ta'), 'crs_1', PEOPLE.student, start + 10 * HOUR);
  t.equal(later.missing_count, 1, 'asg_3 is due by then');
  t.match(later.next[0], { assignment_id: 'asg_3', is_overdue: true });
  machine.close();
  t.end();
});

t.test('drafts count for nobody, and an override moves what is late', (t) => {
  const { machine, start } = course();
  machine.now = start + 3 * HOUR;
  machine.handIn('student', 'asg_1', 'sub_1');
  grade(machine, 'student', 'asg_1', 9_000, { state: 'draft' });
  const read = () =>
    getProgress(machine.reader, actorOf('ta'), 'crs_1', PEOPLE.student, machine.now);
  t.match(read(), {
    late_count: 1,
    missing_count: 1,
    graded_count: 0,
    average_percent: null,
    level: null,
  });
  machine.reader.all(
    `INSERT INTO assignment_overrides VALUES ('asg_1', ?, ?, NULL, ?, 1, 0, 0),
       ('asg_2', ?, '{"due_at":null}', NULL, ?, 1, 0, 0)`,
    PEOPLE.student,
    JSON.stringify({ due_at: start + 5 * HOUR }),
    PEOPLE.instructor,
    PEOPLE.student,
    PEOPLE.instructor,
  );
  t.match(read(), { late_count: 0, on_time_count: 1, missing_count: 0 });
  machine.close();
  t.end();
});

t.test('a page says of each student what is said of them alone', (t) => {
  const { machine, start } = course();
  machine.handIn('otherStudent', 'asg_1', 'sub_1');
  grade(machine, 'otherStudent', 'asg_1', 9_000);
  for (const id of ['mat_1', 'mat_2', 'mat_3']) addMaterial(machine, id);
  const say = (person: Person, material_id: string, state: string) =>
    machine.must(PEOPLE[person], 'UPDATE_STUDENT_PROGRESS', { material_id, state, page: null });
  say('student', 'mat_1', 'done');
  for (const id of ['mat_1', 'mat_2']) say('otherStudent', id, 'done');
  say('otherStudent', 'mat_3', 'started');
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_2' });
  const said = { course_id: 'crs_1', to: 'tutor', title: 't', body_md: 'b', anonymous: false };
  for (const query_id of ['qry_1', 'qry_2', 'qry_3']) {
    machine.must(PEOPLE.otherStudent, 'POST_QUERY', { ...said, query_id });
  }
  machine.must(PEOPLE.otherStudent, 'DELETE_QUERY', { query_id: 'qry_3' });
  const now = start + 3 * HOUR;
  const { items } = listProgress(machine.reader, actorOf('ta'), 'crs_1', now, page);
  t.match(
    items.map(({ material_done_count, query_count }) => [material_done_count, query_count]),
    [
      [1, 2],
      [1, 0],
    ],
  );
  for (const one of items) {
    const own = getProgress(machine.reader, actorOf('ta'), 'crs_1', one.student.id, now);
    t.match(own, one);
    const after = [items[0]?.student.id ?? ''] as const;
    const rest = listProgress(machine.reader, actorOf('ta'), 'crs_1', now, { limit: 1, after });
    t.same(rest.items, [items[1]]);
  }
  machine.close();
  t.end();
});

t.test('the level goes by the average', (t) => {
  const levels: [points: number, level: string][] = [
    [6_999, 'beginner'],
    [7_000, 'intermediate'],
    [8_499, 'intermediate'],
    [8_500, 'advanced'],
  ];
  for (const [points, level] of levels) {
    const { machine } = course();
    grade(machine, 'student', 'asg_1', points);
    const { items } = listProgress(machine.reader, actorOf('ta'), 'crs_1', machine.now, page);
    t.match(items.at(-1), { level, average_percent: points / 100 }, `${points}`);
    machine.close();
  }
  t.end();
});

const READERS: readonly [
  person: Person,
  list: string,
  own: string,
  other: string,
  stats: string,
][] = [
  ['student', 'forbidden', 'ok', 'not_found', 'forbidden'],
  ['ta', 'ok', 'not_found', 'ok', 'ok'],
  ['instructor', 'ok', 'not_found', 'ok', 'ok'],
  ['admin', 'ok', 'not_found', 'ok', 'ok'],
  ['foreignStudent', 'not_found', 'not_found', 'not_found', 'not_found'],
  ['foreignInstructor', 'not_found', 'not_found', 'not_found', 'not_found'],
];

t.test('who may read whose progress', (t) => {
  const { machine } = course();
  const { reader } = machine;
  const code = (run: () => unknown) => {
    try {
      run();
      return 'ok';
    } catch (error) {
      return (error as Refusal).code;
    }
  };
  for (const [person, ...expected] of READERS) {
    const actor = actorOf(person);
    const other = PEOPLE.otherStudent;
    t.same(
      [
        code(() => listProgress(reader, actor, 'crs_1', 0, page)),
        code(() => getProgress(reader, actor, 'crs_1', actor.id, 0)),
        code(() => getProgress(reader, actor, 'crs_1', other, 0)),
        code(() => courseStatistics(reader, actor, 'crs_1')),
      ],
      expected,
      person,
    );
  }
  machine.close();
  t.end();
});
