import t from 'tap';
import { effectiveDates } from '../effective-dates.ts';
import { getAssignment } from '../queries/assignments.ts';
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
  t.match(effectiveDates(machine.reader, row, PEOPLE.student), { due_at, lock_at: null });
  const none = { ...row, due_at: null };
  t.match(effectiveDates(machine.reader, none, PEOPLE.student), { due_at: null });
  t.end();
});
