import t from 'tap';
import { filesOf, mayReadFile } from '../queries/files.ts';
import {
  type GradingStatus,
  getSubmission,
  type HandedIn,
  listSubmissions,
} from '../queries/submissions.ts';
import type { Refusal } from '../refusal.ts';
import { actorOf, newAttempt, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const OPEN = Date.UTC(2026, 0, 5, 9);

function course() {
  const machine = new TestCourse();
  for (const id of ['fil_1', 'fil_2']) machine.addFile(id, 'student');
  machine.addFile('fil_stu', 'otherStudent');
  machine.addAssignment('asg_1');
  machine.addAssignment('asg_once', { max_attempts: 1 });
  machine.handIn('student', 'asg_once', 'sub_once');
  machine.addAssignment('asg_later', { unlock_at: OPEN + 1 });
  machine.addAssignment('asg_now', { unlock_at: OPEN, lock_at: OPEN });
  machine.addAssignment('asg_closed', { lock_at: OPEN - 1 });
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.archive('crs_old');
  return machine;
}

const newFile = (id: string) => ({
  file_id: id,
  sha256: 'a'.repeat(64),
  size_bytes: 12,
  media_type: 'application/pdf',
  filename: 'essay.pdf',
});

const MANY_FILES = Array.from({ length: 51 }, () => 'fil_1');

const TABLE: readonly [name: string, person: Person, payload: object, code: string][] = [
  ['a text', 'student', newAttempt(), 'ok'],
  ['a file', 'student', newAttempt({ text_md: null, file_ids: ['fil_1'] }), 'ok'],
  ['both', 'student', newAttempt({ file_ids: ['fil_1', 'fil_2'] }), 'ok'],
  [
    'a file that comes along',
    'student',
    newAttempt({ file_ids: ['fil_n'], new_files: [newFile('fil_n')] }),
    'ok',
  ],
  ['a ta', 'ta', newAttempt(), 'forbidden'],
  ['an instructor', 'instructor', newAttempt(), 'forbidden'],
  ['an admin', 'admin', newAttempt(), 'forbidden'],
  ['a foreign student', 'foreignStudent', newAttempt(), 'not_found'],
  ['a deleted account', 'nobodyKnown', newAttempt(), 'account_not_active'],
  ['no such assignment', 'student', newAttempt({ assignment_id: 'asg_0' }), 'not_found'],
  ['an archived course', 'student', newAttempt({ assignment_id: 'asg_old' }), 'course_not_active'],
  ['a ms too early', 'student', newAttempt({ assignment_id: 'asg_later' }), 'not_open'],
  ['at the very ms', 'student', newAttempt({ assignment_id: 'asg_now' }), 'ok'],
  ['a ms too late', 'student', newAttempt({ assignment_id: 'asg_closed' }), 'closed'],
  ['once more', 'student', newAttempt({ assignment_id: 'asg_once' }), 'too_many_attempts'],
  ['the other student', 'otherStudent', newAttempt({ assignment_id: 'asg_once' }), 'ok'],
  [
    'an id that is taken',
    'otherStudent',
    newAttempt({ submission_id: 'sub_once' }),
    'already_exists',
  ],
  ['nothing', 'student', newAttempt({ text_md: null }), 'invalid_value'],
  ['an empty text', 'student', newAttempt({ text_md: ' \n ' }), 'invalid_value'],
  ['a file of another', 'student', newAttempt({ file_ids: ['fil_stu'] }), 'invalid_value'],
  ['a file that is none', 'student', newAttempt({ file_ids: ['fil_0'] }), 'invalid_value'],
  ['too many files', 'student', newAttempt({ file_ids: MANY_FILES }), 'invalid_value'],
  [
    'a new file with an id that is taken',
    'student',
    newAttempt({ new_files: [newFile('fil_1')] }),
    'already_exists',
  ],
];

t.test('who may hand in what, and when', (t) => {
  for (const [name, person, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], 'SUBMIT_ASSIGNMENT', payload), code, name);
    machine.close();
  }
  t.end();
});

t.test('handing in answers the submission with the attempt that was made', (t) => {
  const machine = course();
  const value = machine.must<HandedIn>(
    PEOPLE.student,
    'SUBMIT_ASSIGNMENT',
    newAttempt({ file_ids: ['fil_n', 'fil_1'], new_files: [newFile('fil_n')] }),
  );
  const { log_index } = machine.reader.get<{ log_index: number }>(
    'SELECT max(log_index) AS log_index FROM journal',
  ) ?? { log_index: 0 };
  t.match(value, {
    id: 'sub_1',
    student: { id: PEOPLE.student },
    status: 'ungraded',
    attempt_count: 1,
    late_ms: 0,
    grade: null,
    attempt: {
      number: 1,
      text_md: 'My essay.',
      files: [
        { id: 'fil_n', filename: 'essay.pdf', size_bytes: 12, sha256: 'a'.repeat(64) },
        { id: 'fil_1' },
      ],
      received_at: '2026-01-05T09:00:00.000Z',
      committed_at: '2026-01-05T09:00:00.000Z',
      clock_suspect: false,
      log_index,
    },
  });
  t.equal(machine.lastTarget(), 'sub_1');
  const links = machine.reader.all("SELECT user_id FROM file_links WHERE object_id = 'sub_1'");
  t.same(links, [{ user_id: PEOPLE.student }, { user_id: PEOPLE.student }]);
  t.match(machine.lastEvents(), [
    { type: 'submission.received', course_id: 'crs_1', user_id: PEOPLE.student },
  ]);
  t.ok(
    machine.reader.get('SELECT chain_hash FROM journal WHERE log_index = ?', log_index),
    'the chain hash is reachable by the index',
  );
  t.end();
});

t.test('a refused attempt leaves nothing behind, not even its files', (t) => {
  const machine = course();
  const payload = newAttempt({ file_ids: ['fil_n', 'fil_0'], new_files: [newFile('fil_n')] });
  t.equal(machine.code(PEOPLE.student, 'SUBMIT_ASSIGNMENT', payload), 'invalid_value');
  const count = (table: string) =>
    machine.reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n;
  t.equal(count('submissions'), 1, 'the one of asg_once');
  t.equal(count('attempts'), 1);
  t.equal(count('attempt_files'), 0);
  t.equal(count("file_links WHERE kind = 'submission'"), 0);
  t.equal(count("files WHERE id = 'fil_n'"), 0);
  t.end();
});

t.test('attempts are numbered, and an earlier one stays as it was', (t) => {
  const machine = course();
  machine.must(PEOPLE.student, 'SUBMIT_ASSIGNMENT', newAttempt({ file_ids: ['fil_1'] }));
  const first = getSubmission(machine.reader, actorOf('student'), 'sub_1').attempts[0];
  machine.now += 60_000;
  const second = machine.must<HandedIn>(
    PEOPLE.student,
    'SUBMIT_ASSIGNMENT',
    newAttempt({ submission_id: 'sub_2', text_md: 'Better.', file_ids: ['fil_2'] }),
  );
  t.equal(second.id, 'sub_1', 'one submission per student and assignment');
  t.equal(second.attempt_count, 2);
  const all = getSubmission(machine.reader, actorOf('instructor'), 'sub_1').attempts;
  t.same(all, [first, second.attempt]);
  t.same(
    all.map(({ files }) => files.map(({ id }) => id)),
    [['fil_1'], ['fil_2']],
  );
  t.same(
    filesOf(machine.reader, 'submission', 'sub_1').map(({ id }) => id),
    ['fil_1', 'fil_2'],
  );
  t.ok(
    mayReadFile(machine.reader, actorOf('ta'), 'fil_1', machine.now),
    'staff may read what was handed in',
  );
  t.notOk(mayReadFile(machine.reader, actorOf('otherStudent'), 'fil_1', machine.now));
  t.end();
});

const READERS: readonly [Person, string][] = [
  ['student', 'ok'],
  ['ta', 'ok'],
  ['instructor', 'ok'],
  ['admin', 'ok'],
  ['otherStudent', 'not_found'],
  ['foreignInstructor', 'not_found'],
  ['foreignStudent', 'not_found'],
];

t.test('who may read a submission', (t) => {
  const machine = course();
  for (const [person, code] of READERS) {
    const refused = (id: string) =>
      refusalOf(() => getSubmission(machine.reader, actorOf(person), id));
    const refusal = refused('sub_once');
    t.equal(refusal?.code ?? 'ok', code, person);
    if (refusal !== null) t.equal(refusal.message, refused('sub_0')?.message, `${person}: alike`);
  }
  t.end();
});

t.test('who has left the course still reads their own work', (t) => {
  const machine = course();
  machine.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id: PEOPLE.student });
  t.equal(getSubmission(machine.reader, actorOf('student'), 'sub_once').id, 'sub_once');
  t.end();
});

t.test('the list shows staff all of it and a student their own', (t) => {
  const machine = course();
  machine.handIn('otherStudent', 'asg_1', 'sub_a');
  machine.handIn('student', 'asg_1', 'sub_b');
  const list = (person: Person, limit = 10, after: readonly [number] | null = null) =>
    listSubmissions(machine.reader, actorOf(person), 'asg_1', 'all', { limit, after });
  const ids = (person: Person) => list(person).items.map(({ id }) => id);
  t.same(ids('instructor'), ['sub_a', 'sub_b']);
  t.same(ids('ta'), ['sub_a', 'sub_b']);
  t.same(ids('admin'), ['sub_a', 'sub_b']);
  t.same(ids('student'), ['sub_b']);
  t.equal(refusalOf(() => list('foreignInstructor'))?.code, 'not_found');
  const first = list('ta', 1);
  t.same(
    first.items.map(({ id }) => id),
    ['sub_a'],
  );
  const second = list('ta', 1, first.next);
  t.same(
    second.items.map(({ id }) => id),
    ['sub_b'],
  );
  t.equal(second.next, null);
  t.end();
});

t.test('a grade makes it graded, a new attempt makes it ungraded again', (t) => {
  const machine = course();
  machine.handIn('student', 'asg_1', 'sub_1');
  const ids = (person: Person, status: GradingStatus) =>
    listSubmissions(machine.reader, actorOf(person), 'asg_1', status, {
      limit: 9,
      after: null,
    }).items.map(({ id, status }) => `${id} ${status}`);
  const grade = (state: string, version: number, attempt: number | null = null) =>
    machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', {
      submission_id: 'sub_1',
      expected_version: version,
      points: 9_500,
      feedback_md: '',
      state,
      attempt,
      reason: null,
    });
  t.same([ids('ta', 'ungraded'), ids('ta', 'graded')], [['sub_1 ungraded'], []]);
  grade('draft', 0);
  t.same([ids('ta', 'ungraded'), ids('ta', 'graded')], [[], ['sub_1 graded']]);
  t.same([ids('student', 'ungraded'), ids('student', 'graded')], [['sub_1 ungraded'], []]);
  grade('posted', 1);
  t.same([ids('student', 'ungraded'), ids('student', 'graded')], [[], ['sub_1 graded']]);
  machine.handIn('student', 'asg_1', 'sub_x');
  t.same([ids('ta', 'ungraded'), ids('ta', 'graded')], [['sub_1 ungraded'], []]);
  grade('posted', 2, 1);
  t.same([ids('ta', 'ungraded'), ids('ta', 'graded')], [['sub_1 ungraded'], []]);
  t.match(getSubmission(machine.reader, actorOf('student'), 'sub_1'), {
    grade: { points: 9.5, points_possible: 10, attempt: 1, state: 'posted' },
  });
  t.end();
});

function refusalOf(run: () => unknown): Refusal | null {
  try {
    run();
    return null;
  } catch (error) {
    return error as Refusal;
  }
}
