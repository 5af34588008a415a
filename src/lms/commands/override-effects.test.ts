import t from 'tap';
import { getAssignment } from '../queries/assignments.ts';
import { mayReadFile } from '../queries/files.ts';
import { getOverride } from '../queries/overrides.ts';
import { getSubmission, type HandedIn } from '../queries/submissions.ts';
import { actorOf, newAttempt, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const P = 'PUT_OVERRIDE';
const HOUR = 3_600_000;
const ASG_1 = { assignment_id: 'asg_1', user_id: PEOPLE.student };

const put = (changes: object) => ({ ...ASG_1, reason: null, ...changes });

t.test('it moves lateness, also of what was handed in before', (t) => {
  const machine = new TestCourse();
  machine.addAssignment('asg_1', { due_at: machine.now + HOUR });
  const later = { due_at: machine.now + HOUR + 600 };
  machine.now += HOUR + 1000;
  const made = machine.must<HandedIn>(PEOPLE.student, 'SUBMIT_ASSIGNMENT', newAttempt());
  t.equal(made.late_ms, 1000);
  const late = () => getSubmission(machine.reader, actorOf('student'), 'sub_1').late_ms;
  machine.must(PEOPLE.instructor, P, put(later));
  t.equal(late(), 400);
  machine.must(PEOPLE.instructor, P, put({ grace_seconds: 5 }));
  t.equal(late(), 0);
  machine.must(PEOPLE.instructor, 'DELETE_OVERRIDE', ASG_1);
  t.equal(late(), 1000);
  t.equal(machine.lastEvents()[0]?.type, 'override.deleted');
  t.end();
});

t.test('it opens and closes for one student alone', (t) => {
  const machine = new TestCourse();
  const begin = machine.now;
  machine.addFile('fil_2', 'instructor');
  machine.addAssignment('asg_2', {
    unlock_at: begin + HOUR,
    due_at: begin + 2 * HOUR,
    lock_at: begin + 3 * HOUR,
    max_attempts: 1,
    attachments: ['fil_2'],
  });
  const override = (person: Person, terms: object) =>
    put({ assignment_id: 'asg_2', user_id: PEOPLE[person], ...terms });
  const submit = (person: Person) =>
    machine.code(
      PEOPLE[person],
      'SUBMIT_ASSIGNMENT',
      newAttempt({ assignment_id: 'asg_2', submission_id: `sub_${person}` }),
    );
  t.equal(submit('student'), 'not_open');
  machine.must(PEOPLE.instructor, P, override('student', { unlock_at: begin }));
  t.equal(submit('student'), 'ok');
  t.equal(submit('student'), 'too_many_attempts');
  t.equal(submit('otherStudent'), 'not_open');
  const seen = (person: Person) =>
    getAssignment(machine.reader, actorOf(person), 'asg_2', machine.now);
  t.match(seen('student'), { locked: false, unlock_at: '2026-01-05T09:00:00.000Z' });
  t.match(seen('otherStudent'), { locked: true, unlock_at: '2026-01-05T10:00:00.000Z' });
  t.match(seen('instructor'), { unlock_at: '2026-01-05T10:00:00.000Z' }, 'staff sees its own');
  const mayRead = (person: Person) =>
    mayReadFile(machine.reader, actorOf(person), 'fil_2', machine.now);
  t.same([mayRead('student'), mayRead('otherStudent'), mayRead('ta')], [true, false, true]);

  machine.now += 3 * HOUR + 1;
  t.equal(mayRead('otherStudent'), true);
  t.equal(submit('otherStudent'), 'closed');
  machine.must(PEOPLE.instructor, P, override('student', { lock_at: null, max_attempts: 2 }));
  t.equal(submit('student'), 'ok');
  t.equal(submit('otherStudent'), 'closed');
  machine.must(PEOPLE.instructor, P, override('otherStudent', { lock_at: null }));
  t.equal(submit('otherStudent'), 'ok');
  t.end();
});

t.test('an extension outlives a lock that is set for all later', (t) => {
  const machine = new TestCourse();
  const begin = machine.now;
  const dates = { due_at: begin + HOUR, max_attempts: null };
  machine.addAssignment('asg_2', { unlock_at: null, lock_at: null, ...dates });
  const due_at = begin + 5 * HOUR;
  machine.must(PEOPLE.instructor, P, put({ assignment_id: 'asg_2', due_at }));
  const lock = { assignment_id: 'asg_2', expected_version: 1, lock_at: begin + 2 * HOUR };
  machine.must(PEOPLE.instructor, 'UPDATE_ASSIGNMENT', lock);
  const submit = (person: Person) =>
    machine.code(
      PEOPLE[person],
      'SUBMIT_ASSIGNMENT',
      newAttempt({ assignment_id: 'asg_2', submission_id: `sub_${person}` }),
    );
  machine.now = due_at;
  t.equal(submit('student'), 'ok');
  t.equal(submit('otherStudent'), 'closed');
  const { effective } = getOverride(machine.reader, actorOf('student'), 'asg_2', PEOPLE.student);
  t.equal(effective.lock_at, effective.due_at);
  machine.now = due_at + 1;
  t.equal(submit('student'), 'closed');
  t.end();
});
