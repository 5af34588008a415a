import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { enroll } from '../../lms/commands/enroll.ts';
import { gradeStudent } from '../../lms/commands/grade-student.ts';
import { newId } from '../ids.ts';
import { courseScene, itemsOf } from '../testing-course.ts';

const CSV = { 'Content-Type': 'text/csv' };

interface Report {
  readonly change_count: number;
  readonly unchanged_count: number;
  readonly conflict_count: number;
  readonly error_count: number;
  readonly errors: readonly { line: number; column: string | null; code: string }[];
}

/** Two assignments of 10 and 20 points; `student` has 9 of the first. */
function scene(t: Test) {
  const course = courseScene(t);
  const essay = course.assignment();
  const exam = course.assignment({ title: 'Exam, "final"', points_possible: 20_000 });
  const { people, course_id, api, as } = course;
  const grade = (student: { id: string }, assignment_id: string, points: number, version = 0) =>
    api.command(
      gradeStudent,
      {
        assignment_id,
        student_id: student.id,
        submission_id: newId('sub'),
        expected_version: version,
        points,
        feedback_md: '',
        state: 'posted',
        reason: null,
      },
      people.instructor.id,
    );
  grade(people.student, essay, 9_000);
  const book = `/v1/courses/${course_id}/gradebook`;
  const exported = async () =>
    (await as('ta', `GET ${book}`, undefined, { Accept: 'text/csv' })).text();
  const send = (csv: string, query = '', headers: Record<string, string> = {}) =>
    as('ta', `POST ${book}/import${query}`, csv, { ...CSV, ...headers });
  const report = async (csv: string, query = '') =>
    (await (await send(csv, query)).json()) as Report;
  return { ...course, essay, exam, grade, exported, send, report };
}

/** The table with one cell set: `row` and `column` count from 0, the header is row 0. */
function edited(csv: string, ...cells: [row: number, column: number, value: string][]): string {
  const table = parse(csv) as string[][];
  for (const [row, column, value] of cells) (table[row] ?? [])[column] = value;
  return stringify(table, { record_delimiter: 'windows' });
}

const WRITE = '?dry_run=false';

t.test('a dry run says what would change, and changes nothing', async (t) => {
  const { exported, send, people, exam, essay } = scene(t);
  const before = await exported();
  const response = await send(edited(before, [1, 4, '8'], [2, 5, '17.5']));
  t.same(await response.json(), {
    dry_run: true,
    change_count: 2,
    unchanged_count: 0,
    conflict_count: 0,
    error_count: 0,
    changes: [
      { student_id: people.student.id, assignment_id: essay, from: 9, to: 8 },
      { student_id: people.otherStudent.id, assignment_id: exam, from: null, to: 17.5 },
    ],
    conflicts: [],
    errors: [],
  });
  t.equal(await exported(), before);
});

t.test(
  'the import writes what differs; new grades are drafts unless it says otherwise',
  async (t) => {
    const { as, exported, report } = scene(t);
    const counts = { unchanged_count: 0, conflict_count: 0, error_count: 0 };
    const csv = edited(await exported(), [1, 4, '8'], [2, 5, '17.5']);
    t.match(await report(csv, WRITE), { dry_run: false, change_count: 2, ...counts });
    const rows = parse(await exported()) as string[][];
    t.same(rows[1]?.slice(4, 6), ['8', '']);
    t.same(rows[2]?.slice(4, 6), ['', '17.5']);
    t.same(await itemsOf(as('otherStudent', 'GET /v1/me/grades')), []);
    const again = edited(await exported(), [2, 4, '3']);
    t.match(await report(again, `${WRITE}&state=posted&reason=Exam`), { change_count: 1 });
    t.match(await itemsOf(as('otherStudent', 'GET /v1/me/grades')), [
      { points: 3, attempt: 0, grader: { display_name: 'tom' } },
    ]);
  },
);

t.test('a cell that somebody changed meanwhile stays, and is reported', async (t) => {
  const { exported, report, send, grade, people, essay } = scene(t);
  const old = edited(await exported(), [1, 4, '5'], [1, 5, '20']);
  grade(people.student, essay, 7_000, 1);
  const conflict = {
    student_id: people.student.id,
    assignment_id: essay,
    yours: 5,
    current: 7,
    current_version: 2,
  };
  t.match(await report(old), { change_count: 1, conflict_count: 1, conflicts: [conflict] });
  const done = await send(old, WRITE);
  t.match(await done.json(), { change_count: 1, conflict_count: 1, conflicts: [conflict] });
  t.same((parse(await exported()) as string[][])[1]?.slice(4, 6), ['7', '20']);
});

t.test('without base_index only what has no grade is filled', async (t) => {
  const { essay, exam, report } = scene(t);
  const csv = `username,[${essay}],${exam}\nsue,5,20\nSTU,4,\n`;
  const counts = { change_count: 2, conflict_count: 1, error_count: 0 };
  t.match(await report(csv, WRITE), counts);
  const again = { change_count: 0, unchanged_count: 2, conflict_count: 1 };
  t.match(await report(csv, WRITE), again, 'and once');
});

t.test('the same import with the same key is done once', async (t) => {
  const { exported, send } = scene(t);
  const csv = edited(await exported(), [1, 4, '8']);
  const key = { 'Idempotency-Key': 'exam-1' };
  const first = await send(csv, WRITE, key);
  const second = await send(csv, WRITE, key);
  t.equal(second.headers.get('Idempotency-Replayed'), 'true');
  t.same(await second.json(), await first.json());
  t.equal((await send(csv.replace(',8,', ',7,'), WRITE, key)).status, 422);
  t.equal((await send(csv, `${WRITE}&state=posted`, key)).status, 422);
});

t.test('also when the file would not do any more', async (t) => {
  const { exported, send, as, course_id, people } = scene(t);
  const csv = edited(await exported(), [1, 4, '8']);
  const key = { 'Idempotency-Key': 'exam-1' };
  const first = await (await send(csv, WRITE, key)).json();
  const left = `/v1/courses/${course_id}/enrollments/${people.student.id}`;
  t.equal((await as('instructor', `DELETE ${left}`)).status, 204);
  t.equal((await send(csv, WRITE)).status, 422);
  const again = await send(csv, WRITE, key);
  t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  t.same(await again.json(), first);
});

type Change = (csv: string, ids: { essay: string; student: string; foreign: string }) => string;

/** What is wrong, and the code of the first error; `ok` is let pass. */
const FILES: readonly [name: string, change: Change, code: string][] = [
  ['as exported', (csv) => csv, 'ok'],
  ['a BOM', (csv) => `\ufeff${csv}`, 'ok'],
  ['a BOM before a quote', (csv) => csv.replace('student_id', '\ufeff"student_id"'), 'ok'],
  ['line feeds alone', (csv) => csv.replaceAll('\r\n', '\n'), 'ok'],
  ['headers in another case', (csv) => csv.replace(/^[^,]+,[^,]+/, 'Student_ID,USERNAME'), 'ok'],
  ['an id in capitals', (csv, { essay }) => csv.replace(essay, essay.toUpperCase()), 'ok'],
  ['an empty line', (csv) => `${csv}\r\n`, 'ok'],
  ['spaces around', (csv) => edited(csv, [1, 4, ' 9 ']), 'ok'],
  ['no rows', (csv) => `${csv.split('\r\n')[0]}\r\n`, 'ok'],
  ['nothing at all', () => '', 'empty_file'],
  ['semicolons', (csv) => stringify(parse(csv) as string[][], { delimiter: ';' }), 'ok'],
  ['tabs', (csv) => `\ufeff${stringify(parse(csv) as string[][], { delimiter: '\t' })}`, 'ok'],
  ['one column', () => 'points\n', 'unknown_column'],
  ['an open quote', (csv) => csv.replace('sue', '"sue'), 'not_csv'],
  ['an unknown column', (csv) => csv.replace('display_name', 'shoe_size'), 'unknown_column'],
  ['a column twice', (csv) => csv.replace('display_name', 'username'), 'duplicate_column'],
  ['nobody’s rows', (csv, { essay }) => `${csv ? '' : ''}[${essay}]\n9\n`, 'missing_column'],
  ['a row of nobody', (csv) => edited(csv, [1, 0, ''], [1, 1, '']), 'missing_value'],
  ['a row too short', (csv) => csv.replace(',sue,', ','), 'wrong_cell_count'],
  ['an orphan row', (csv) => edited(csv, [1, 0, 'usr_0']), 'unknown_student'],
  ['a foreign student', (csv, { foreign }) => edited(csv, [1, 0, foreign]), 'unknown_student'],
  ['a student twice', (csv, { student }) => edited(csv, [2, 0, student]), 'duplicate_row'],
  ['an orphan column', (csv) => csv.replace(/asg_\w+/, 'asg_0'), 'unknown_assignment'],
  ['a formula', (csv) => edited(csv, [1, 4, '=1+1']), 'formula_cell'],
  ['a guarded formula', (csv) => edited(csv, [1, 4, "'=1+1"]), 'formula_cell'],
  ['a plus', (csv) => edited(csv, [1, 4, '+9']), 'formula_cell'],
  ['a minus', (csv) => edited(csv, [1, 4, '-A1']), 'formula_cell'],
  ['negative', (csv) => edited(csv, [1, 4, '-9']), 'not_a_number'],
  ['a word', (csv) => edited(csv, [1, 4, 'good']), 'not_a_number'],
  ['NaN', (csv) => edited(csv, [1, 4, 'NaN']), 'not_a_number'],
  ['a decimal comma', (csv) => edited(csv, [1, 4, '8,5']), 'not_a_number'],
  ['an exponent', (csv) => edited(csv, [1, 4, '1e1']), 'not_a_number'],
  ['too fine', (csv) => edited(csv, [1, 4, '8.1234']), 'not_a_number'],
  ['above the maximum', (csv) => edited(csv, [1, 4, '10.001']), 'out_of_range'],
  ['a base that is none', (csv) => edited(csv, [1, 3, 'v1']), 'not_a_number'],
];

t.test('a file that is wrong is told where, and leaves nothing behind', async (t) => {
  for (const [name, change, code] of FILES) {
    const { exported, send, report, essay, people } = scene(t);
    const before = await exported();
    const ids = { essay, student: people.student.id, foreign: people.foreignStudent.id };
    const csv = change(before, ids);
    const dry = await send(csv);
    const wet = await send(csv, WRITE);
    if (code === 'ok') {
      t.equal((await report(csv)).error_count, 0, name);
      t.equal(wet.status, 200, name);
    } else {
      t.match(await wet.json(), { status: 422, code: 'invalid_value', errors: [{ code }] }, name);
      const inRows = dry.status === 200;
      const answer = (await dry.json()) as Report;
      t.match(answer, inRows ? { errors: [{ code }] } : { errors: [{ code }], status: 422 }, name);
    }
    t.equal((await exported()).replace(/,\d+,/g, ','), before.replace(/,\d+,/g, ','), name);
  }
});

t.test('a dry run says that there are too many cells, as the import does', async (t) => {
  const { api, assignment, course_id, people, send, report } = scene(t);
  const ids = Array.from({ length: 100 }, () => assignment());
  const students = Array.from({ length: 50 }, (_, n) => api.user(`u${n}`, 'student').id);
  for (const user_id of [...students, people.otherStudent.id]) {
    api.command(enroll, { course_id, user_id, role: 'student' }, people.instructor.id);
  }
  const file = (rows: readonly string[]) =>
    stringify([['student_id', ...ids], ...rows.map((id) => [id, ...ids.map(() => '5')])]);
  t.match(await report(file(students)), { change_count: 5_000, error_count: 0 });
  const csv = file([...students, people.otherStudent.id]);
  const errors = [{ code: 'too_many_cells', detail: /5100 cells/ }];
  const dry = await report(csv);
  t.match(dry, { change_count: 5_100, error_count: 1, errors: [{ line: 1, column: null }] });
  t.match(dry, { errors });
  t.match(await (await send(csv, WRITE)).json(), { status: 422, code: 'invalid_value', errors });
});

t.test('a body that is too large, or is no CSV by its type, is refused', async (t) => {
  const { as, send, course_id } = scene(t);
  const large = await send(`student_id\n${'usr_0\n'.repeat(3_000_000)}`);
  t.match(await large.json(), { status: 413, code: 'payload_too_large' });
  const json = await as('ta', `POST /v1/courses/${course_id}/gradebook/import`, { a: 1 });
  t.equal(json.status, 415);
});

t.test(
  'what is exported can be imported into an empty gradebook, whatever the names',
  async (t) => {
    const names = fc.array(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), {
      minLength: 1,
      maxLength: 6,
    });
    const points = fc.option(fc.integer({ min: 0, max: 10_000 }));
    const table = fc.record({ titles: names, people: names, points: fc.array(points) });
    const usable = (name: string) => name.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(name);
    for (const { titles, people: who, points: given } of fc.sample(table, {
      numRuns: 30,
      seed: 3,
    })) {
      const { api, assignment, course_id, people, grade, exported, report } = scene(t);
      const assignments = titles.filter(usable).map((title) => assignment({ title }));
      const students = who.map((name, n) => {
        const student = api.user(`u${n}`, 'student');
        api.machine.reader.all('UPDATE users SET display_name = ? WHERE id = ?', name, student.id);
        api.command(
          enroll,
          { course_id, user_id: student.id, role: 'student' },
          people.instructor.id,
        );
        return student;
      });
      given.forEach((milli, n) => {
        const assignment_id = assignments[n % assignments.length];
        const student = students[Math.floor(n / assignments.length)];
        if (milli === null || assignment_id === undefined || student === undefined) return;
        grade(student, assignment_id, milli);
      });
      const before = await exported();
      const kept = await report(before, WRITE);
      t.match(kept, { change_count: 0, conflict_count: 0, error_count: 0 });
      api.machine.reader.all('DELETE FROM grade_history');
      api.machine.reader.all('DELETE FROM grades');
      api.machine.reader.all(
        'UPDATE gradebook_cells SET points = NULL, version = NULL, posted = 0',
      );
      const restored = await report(before, `${WRITE}&state=posted`);
      t.match(restored, { change_count: kept.unchanged_count, conflict_count: 0, error_count: 0 });
      const cells = (csv: string) => (parse(csv) as string[][]).map((row) => row.toSpliced(3, 1));
      t.same(cells(await exported()), cells(before));
    }
  },
);
