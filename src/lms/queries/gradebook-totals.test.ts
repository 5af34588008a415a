import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { COMMANDS } from '../commands/registry.ts';
import { LmsMachine } from '../machine.ts';
import type { Reader } from '../reader.ts';
import { PEOPLE, type Person, TestCourse } from '../test-course.ts';
import { oldState } from '../test-old-state.ts';
import { queryCounts } from './query-shelves.ts';

const ASSIGNMENTS = ['asg_1', 'asg_2', 'asg_3'] as const;
const STUDENTS = ['student', 'otherStudent', 'ta'] as const satisfies readonly Person[];

const who = fc.constantFrom(...STUDENTS);
const which = fc.constantFrom(...ASSIGNMENTS);
const step = fc.oneof(
  fc.record({ kind: fc.constant('hand_in' as const), who, which }),
  fc.record({
    kind: fc.constant('grade' as const),
    who,
    which,
    points: fc.integer({ min: 0, max: 4 }),
    posted: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('post' as const), which }),
  fc.record({
    kind: fc.constant('enroll' as const),
    who,
    role: fc.constantFrom('student', 'ta', null),
  }),
  fc.record({ kind: fc.constant('ask' as const), who, to: fc.constantFrom('instructor', 'tutor') }),
  fc.record({ kind: fc.constant('answer' as const) }),
  fc.record({ kind: fc.constant('tutor' as const), who, material: fc.constantFrom('a', 'b') }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Applies the step; what the rules refuse changes nothing, which is part of the test. */
function apply(machine: TestCourse, n: number, one: Step): void {
  const by = (person: Person, kind: string, payload: object) =>
    machine.apply(PEOPLE[person], kind, payload);
  const course_id = 'crs_1';
  if (one.kind === 'hand_in') {
    const attempt = { text_md: 'x', file_ids: [], new_files: [] };
    by(one.who, 'SUBMIT_ASSIGNMENT', {
      assignment_id: one.which,
      submission_id: `sub_${n}`,
      ...attempt,
    });
  } else if (one.kind === 'grade') {
    by('instructor', 'GRADE_STUDENT', {
      assignment_id: one.which,
      student_id: PEOPLE[one.who],
      submission_id: `sub_${n}`,
      expected_version: versionOf(machine.reader, one.who, one.which),
      points: one.points * 1_000,
      feedback_md: '',
      state: one.posted ? 'posted' : 'draft',
      reason: null,
    });
  } else if (one.kind === 'post') {
    by('instructor', 'POST_GRADES', { assignment_id: one.which, reason: null });
  } else if (one.kind === 'enroll') {
    const user_id = PEOPLE[one.who];
    if (one.role === null) by('instructor', 'UNENROLL', { course_id, user_id });
    else by('instructor', 'ENROLL', { course_id, user_id, role: one.role });
  } else if (one.kind === 'ask') {
    const said = { title: 't', body_md: 'b', anonymous: false };
    by(one.who, 'POST_QUERY', { query_id: `qry_${n}`, course_id, to: one.to, ...said });
  } else if (one.kind === 'answer') {
    const query = machine.reader.get<{ id: string }>('SELECT id FROM queries ORDER BY sequence');
    by('instructor', 'ANSWER_QUERY', { query_id: query?.id, answer_id: `ans_${n}`, body_md: 'b' });
  } else askTutor(machine, n, one.who, one.material);
}

function askTutor(machine: TestCourse, n: number, person: Person, material_id: string): void {
  const citation = { n: 1, material_id, title: 't', page: 1, page_label: null, quote: 'q' };
  machine.apply(PEOPLE[person], 'RECORD_TUTOR_MESSAGE', {
    message_id: `msg_${n}`,
    course_id: 'crs_1',
    conversation_id: `cnv_${n}`,
    is_new: true,
    question_md: 'q',
    mode: 'retrieval',
    body_md: 'a',
    citations: [citation, { ...citation, n: 2 }],
    reason: null,
    model: null,
  });
}

function versionOf(reader: Reader, person: Person, assignment: string): number {
  const row = reader.get<{ version: number }>(
    `SELECT g.version FROM submissions s JOIN grades g ON g.submission = s.sequence
      WHERE s.student_id = ? AND s.assignment_id = ?`,
    PEOPLE[person],
    assignment,
  );
  return row?.version ?? 0;
}

function course(): TestCourse {
  const machine = new TestCourse();
  for (const id of ASSIGNMENTS) machine.addAssignment(id);
  return machine;
}

/** Counted anew from the tables that everything follows from. */
const COUNTED = {
  students: `SELECT count(*) AS n FROM enrollments WHERE course_id = 'crs_1' AND role = 'student'`,
  submissions: `SELECT count(*) AS n FROM submissions s
    JOIN enrollments e ON e.course_id = s.course_id AND e.user_id = s.student_id
     AND e.role = 'student' WHERE s.course_id = 'crs_1' AND s.attempt_count > 0`,
  tutor_messages: 'SELECT count(*) AS n FROM tutor_messages',
} as const;

const ASKED = {
  to_instructor: `SELECT count(*) AS n FROM queries WHERE "to" = 'instructor'`,
  to_tutor: `SELECT count(*) AS n FROM queries WHERE "to" = 'tutor'`,
  answered: 'SELECT count(*) AS n FROM queries WHERE answered_at IS NOT NULL',
} as const;

const GRADES = `SELECT a.id AS assignment, g.points, count(*) AS grades
    FROM submissions s JOIN grades g ON g.submission = s.sequence AND g.state = 'posted'
    JOIN assignments a ON a.id = s.assignment_id
    JOIN enrollments e ON e.course_id = s.course_id AND e.user_id = s.student_id
     AND e.role = 'student'
   GROUP BY 1, 2 ORDER BY 1, 2`;

const KEPT_GRADES = `SELECT a.assignment_id AS assignment, c.points, c.grades
    FROM grade_counts c JOIN gradebook_assignments a ON a.number = c.assignment
   WHERE c.grades <> 0 ORDER BY 1, 2`;

const SUBMITTED = `SELECT assignment_id, count(*) AS submitted FROM submissions s
    JOIN enrollments e ON e.course_id = s.course_id AND e.user_id = s.student_id
     AND e.role = 'student' WHERE s.attempt_count > 0 GROUP BY 1 ORDER BY 1`;

const CELLS = `SELECT s.id, s.attempt_count AS attempts, l.counted_at, g.points, g.version,
    g.attempt AS graded_attempt, j.counted_at AS graded_counted_at,
    ifnull(g.state = 'posted', 0) AS posted
  FROM submissions s
  LEFT JOIN attempts l ON l.submission = s.sequence AND l.number = s.attempt_count
  LEFT JOIN grades g ON g.submission = s.sequence
  LEFT JOIN attempts j ON j.submission = s.sequence AND j.number = g.attempt ORDER BY s.id`;

const KEPT_CELLS = `SELECT s.id, c.attempts, c.counted_at, c.points, c.version, c.graded_attempt,
    c.graded_counted_at, c.posted
  FROM gradebook_cells c JOIN submissions s ON s.sequence = c.submission ORDER BY s.id`;

const ASKED_TUTOR = `SELECT user_id AS id, sum(message_count) AS tutor_messages
  FROM tutor_conversations GROUP BY 1 ORDER BY 1`;
const CITED = `SELECT json_extract(citations, '$[0].material_id') AS id, count(*) AS questions
  FROM tutor_messages GROUP BY 1 ORDER BY 1`;

function countedBy(reader: Reader, counts: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(counts).map(([name, sql]) => [name, reader.get(sql)?.n]),
  );
}

function compare(t: Test, reader: Reader, when: string): void {
  const kept = reader.get("SELECT * FROM course_totals WHERE course_id = 'crs_1'");
  t.same(kept, { course_id: 'crs_1', ...countedBy(reader, COUNTED) }, `totals ${when}`);
  t.same(queryCounts(reader, 'crs_1'), countedBy(reader, ASKED), `queries ${when}`);
  const pairs: [string, string][] = [
    [KEPT_GRADES, GRADES],
    ['SELECT assignment_id, submitted FROM gradebook_assignments WHERE submitted > 0', SUBMITTED],
    [KEPT_CELLS, CELLS],
    [
      `SELECT student_id AS id, tutor_messages FROM gradebook_students
        WHERE course_id = 'crs_1' AND tutor_messages > 0 ORDER BY 1`,
      ASKED_TUTOR,
    ],
    ['SELECT material_id AS id, questions FROM material_questions ORDER BY 1', CITED],
  ];
  for (const [mine, dumb] of pairs) t.same(reader.all(mine), reader.all(dumb), `${mine} ${when}`);
}

t.test('whatever happens, the totals are what counting anew would give', (t) => {
  const runs = fc.sample(fc.array(step, { minLength: 60, maxLength: 60 }), {
    numRuns: 25,
    seed: 11,
  });
  for (const [run, steps] of runs.entries()) {
    const machine = course();
    steps.forEach((one, n) => {
      apply(machine, n, one);
      if (n % 20 === 19) compare(t, machine.reader, `in run ${run} after ${n + 1} steps`);
    });
    machine.close();
  }
  t.end();
});

/** All tables of the migration, as text. */
function derived(reader: Reader): unknown {
  const tables = [
    'course_totals',
    'gradebook_students',
    'gradebook_assignments',
    'gradebook_cells',
  ];
  return [
    ...tables.map((name) => reader.all(`SELECT * FROM ${name} ORDER BY 1, 2`)),
    reader.all('SELECT * FROM grade_counts WHERE grades > 0 ORDER BY 1, 2'),
    reader.all('SELECT * FROM material_questions ORDER BY 1, 2'),
  ];
}

const MIGRATION = readFileSync(new URL('../schema/016-gradebook.sql', import.meta.url), 'utf8');

t.test('a database from before gets the totals of what is in it', async (t) => {
  const path = oldState(t, 22);
  const database = new DatabaseSync(path);
  for (const [, type, name] of MIGRATION.matchAll(/^CREATE (TABLE|TRIGGER|VIEW|INDEX) (\w+)/gm)) {
    if (type === 'TRIGGER' || type === 'VIEW') database.exec(`DROP ${type} ${name}`);
  }
  for (const [, type, name] of MIGRATION.matchAll(/^CREATE (TABLE|INDEX) (\w+)/gm)) {
    database.exec(`DROP ${type} IF EXISTS ${name}`);
  }
  database.exec(MIGRATION);
  database.close();
  const again = new LmsMachine(path, COMMANDS);
  t.teardown(() => again.close());
  compare(t, again.reader, 'after the migration');
  t.ok((derived(again.reader) as unknown[][]).every((rows) => rows.length > 0));
});
