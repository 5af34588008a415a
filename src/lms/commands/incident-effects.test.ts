import t from 'tap';
import { type EffectiveDates, effectiveDates } from '../effective-dates.ts';
import { getAssignment } from '../queries/assignments.ts';
import { listAdjustments } from '../queries/deadline-adjustments.ts';
import { getSubmission } from '../queries/submissions.ts';
import { actorOf, newAttempt, PEOPLE } from '../test-course.ts';
import {
  applying,
  courseWithIncidents as course,
  day,
  ENDED_AT,
  hour,
  incident,
  reverting,
  STARTED_AT,
} from '../test-incidents.ts';

const A = 'ADJUST_DEADLINES';
const S = 'SUBMIT_ASSIGNMENT';
const work = (changes: object = {}) => newAttempt({ assignment_id: 'asg_in', ...changes });

t.test('work that was late is in time, and late again when it is taken back', (t) => {
  const machine = course();
  machine.now = ENDED_AT + hour;
  machine.must(PEOPLE.student, S, work());
  const late = () => getSubmission(machine.reader, actorOf('student'), 'sub_1').late_ms;
  const before = late();
  t.ok(before > 0);
  machine.must(PEOPLE.admin, A, applying());
  t.equal(late(), 0);
  machine.must(PEOPLE.admin, A, reverting());
  t.equal(late(), before);
  t.end();
});

t.test('what was closed is open until the new date', (t) => {
  const machine = course();
  machine.must(PEOPLE.admin, A, applying());
  const lock_at = STARTED_AT + 3 * day;
  machine.now = lock_at + day;
  t.equal(machine.code(PEOPLE.student, S, work()), 'ok');
  machine.now += 1;
  t.equal(machine.code(PEOPLE.student, S, work()), 'closed');
  t.end();
});

t.test('students see the date that holds for them', (t) => {
  const machine = course();
  machine.must(PEOPLE.admin, A, applying());
  const seen = getAssignment(machine.reader, actorOf('student'), 'asg_in', machine.now);
  t.match(seen, { due_at: '2026-11-17T10:10:00.000Z', lock_at: '2026-11-20T10:00:00.000Z' });
  t.end();
});

t.test('who has handed in may do so again where the rule says so', (t) => {
  const machine = course();
  const due_at = ENDED_AT + 2 * hour;
  machine.addAssignment('asg_once', { due_at, max_attempts: 1 });
  machine.must(PEOPLE.student, S, work({ assignment_id: 'asg_once' }));
  const again = () =>
    machine.code(PEOPLE.student, S, work({ assignment_id: 'asg_once', submission_id: 'sub_2' }));
  t.equal(again(), 'too_many_attempts');
  machine.must(PEOPLE.admin, 'CREATE_INCIDENT', incident({ ended_at: STARTED_AT + 2 * hour }));
  machine.must(PEOPLE.admin, A, applying({ incident_id: 'inc_new' }));
  t.equal(again(), 'ok');
  t.equal(again(), 'too_many_attempts');
  t.end();
});

t.test('a date that the instructor moves later than the incident does stands', (t) => {
  const machine = course();
  machine.must(PEOPLE.admin, A, applying());
  const due_at = STARTED_AT + 5 * day;
  const row = {
    id: 'asg_in',
    unlock_at: null,
    due_at,
    lock_at: null,
    grace_seconds: 0,
    max_attempts: null,
  };
  t.match(effectiveDates(machine.reader, row.id, row, PEOPLE.student), { due_at, lock_at: null });
  const none = { ...row, due_at: null };
  t.match(effectiveDates(machine.reader, none.id, none, PEOPLE.student), { due_at: null });
  t.end();
});

const overrideFor = (person: 'student' | 'otherStudent', terms: object) => ({
  assignment_id: 'asg_in',
  user_id: PEOPLE[person],
  reason: null,
  ...terms,
});

t.test('a student with dates of their own is moved from those, and from nothing else', (t) => {
  const machine = course();
  const put = (person: 'student' | 'otherStudent', terms: object) =>
    machine.must(PEOPLE.instructor, 'PUT_OVERRIDE', overrideFor(person, terms));
  const due = (person: 'student' | 'otherStudent' | 'ta') => {
    const row = machine.reader.get<EffectiveDates & { id: string }>(
      "SELECT * FROM assignments WHERE id = 'asg_in'",
    );
    return row === undefined
      ? null
      : effectiveDates(machine.reader, row.id, row, PEOPLE[person]).due_at;
  };
  const base = due('ta');
  put('student', { due_at: ENDED_AT + hour / 2 });
  put('otherStudent', { due_at: ENDED_AT + 2 * day });
  machine.must(PEOPLE.admin, A, applying());
  t.equal(due('student'), ENDED_AT + hour / 2 + day);
  t.equal(due('otherStudent'), ENDED_AT + 2 * day, 'not covered');
  t.equal(due('ta'), Number(base) + day);
  t.match(machine.lastEvents(), [
    { type: 'deadlines.adjusted', user_id: null },
    { type: 'deadlines.adjusted', user_id: PEOPLE.student },
  ]);
  const page = { limit: 9, after: null };
  const { items } = listAdjustments(machine.reader, actorOf('admin'), 'inc_1', page);
  t.same(
    items.filter(({ user }) => user !== null).map(({ user }) => user),
    [{ id: PEOPLE.student, display_name: PEOPLE.student }],
  );
  machine.must(PEOPLE.admin, A, reverting());
  t.equal(due('student'), ENDED_AT + hour / 2);
  t.equal(due('ta'), base);
  t.end();
});

t.test('who only may try more often, or close later, has the due date of all', (t) => {
  const machine = course();
  const dates = (person: 'student' | 'otherStudent') => {
    const row = machine.reader.get<EffectiveDates & { id: string }>(
      "SELECT * FROM assignments WHERE id = 'asg_in'",
    );
    if (row === undefined) throw new Error('no assignment');
    return effectiveDates(machine.reader, row.id, row, PEOPLE[person]);
  };
  const before = dates('student').due_at;
  machine.must(PEOPLE.instructor, 'PUT_OVERRIDE', overrideFor('student', { max_attempts: 9 }));
  const lock_at = STARTED_AT + 9 * day;
  machine.must(PEOPLE.instructor, 'PUT_OVERRIDE', overrideFor('otherStudent', { lock_at }));
  machine.must(PEOPLE.admin, A, applying());
  t.match(dates('student'), { due_at: Number(before) + day, max_attempts: 9 });
  t.match(dates('otherStudent'), { due_at: Number(before) + day, lock_at: lock_at + day });
  t.end();
});

t.test('an override that is given after the incident takes nothing of it back', (t) => {
  const machine = course();
  const dates = () => {
    const row = machine.reader.get<EffectiveDates & { id: string }>(
      "SELECT * FROM assignments WHERE id = 'asg_in'",
    );
    if (row === undefined) throw new Error('no assignment');
    return effectiveDates(machine.reader, row.id, row, PEOPLE.student);
  };
  const put = (terms: object) =>
    machine.must(PEOPLE.instructor, 'PUT_OVERRIDE', overrideFor('student', terms));
  machine.must(PEOPLE.admin, A, applying());
  const { due_at } = dates();
  const lock_at = STARTED_AT + 9 * day;
  put({ lock_at });
  t.match(dates(), { due_at, lock_at: lock_at + day }, 'it names no due date');
  put({ due_at: ENDED_AT + hour / 2 });
  t.match(dates(), { due_at: ENDED_AT + hour / 2 + day }, 'its own is moved');
  put({ due_at: ENDED_AT + 2 * day });
  t.match(dates(), { due_at: ENDED_AT + 2 * day }, 'not covered');
  put({ max_attempts: 9 });
  t.match(dates(), { due_at }, 'no dates of their own: those of all');
  t.end();
});

t.test('what was moved for dates of one’s own goes when those go', (t) => {
  const machine = course();
  const rows = () =>
    machine.reader.all('SELECT user_id FROM deadline_adjustments WHERE user_id IS NOT NULL');
  const own = { assignment_id: 'asg_in', user_id: PEOPLE.student };
  const put = overrideFor('student', { due_at: ENDED_AT });
  machine.must(PEOPLE.instructor, 'PUT_OVERRIDE', put);
  machine.must(PEOPLE.admin, A, applying());
  t.equal(rows().length, 1);
  machine.must(PEOPLE.instructor, 'DELETE_OVERRIDE', own);
  machine.must(PEOPLE.admin, A, applying());
  t.same(rows(), [], 'as it is applied again');
  machine.must(PEOPLE.instructor, 'PUT_OVERRIDE', put);
  machine.must(PEOPLE.admin, A, applying());
  machine.must(PEOPLE.instructor, 'DELETE_OVERRIDE', own);
  machine.must(PEOPLE.admin, A, reverting());
  t.same(rows(), [], 'and as it is reverted');
  t.end();
});
