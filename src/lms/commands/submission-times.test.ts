import t from 'tap';
import { getSubmission } from '../queries/submissions.ts';
import { actorOf, newAttempt, PEOPLE, TestCourse } from '../test-course.ts';

const OPEN = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;

/** Arrival and commit relative to the due instant, grace in s, what `late_ms` says. */
const LATENESS: readonly [string, number, number, number, number, boolean][] = [
  ['at the due instant', 0, 0, 0, 0, false],
  ['a ms later', 1, 1, 0, 1, false],
  ['an election across the due instant', -1, 5_000, 0, 0, false],
  ['within grace', 30_000, 30_010, 30, 0, false],
  ['a ms beyond grace', 30_001, 30_010, 30, 1, false],
  ['a clock that is two minutes slow', 0, 120_000, 0, 0, false],
  ['a clock that is slower', 0, 120_001, 0, 120_001, true],
  ['a clock that is two minutes fast', 120_000, 0, 0, 120_000, false],
  ['a clock that is faster', 120_001, 0, 0, 0, true],
];

t.test('time counts where the request arrived', (t) => {
  for (const [name, arrival, commit, grace, late, suspect] of LATENESS) {
    const machine = new TestCourse();
    const due = machine.now + 10 * MINUTE;
    machine.addAssignment('asg_1', { due_at: due, grace_seconds: grace });
    machine.now = due + commit;
    const result = machine.apply(PEOPLE.student, 'SUBMIT_ASSIGNMENT', newAttempt(), {
      received_at: due + arrival,
    });
    t.match(
      result,
      { ok: true, value: { late_ms: late, clock_suspect: suspect, attempt: { late_ms: late } } },
      name,
    );
    machine.close();
  }
  t.end();
});

t.test('opening and closing are judged by the same time', (t) => {
  const machine = new TestCourse();
  machine.addAssignment('asg_later', { unlock_at: OPEN + 1 });
  machine.addAssignment('asg_closed', { lock_at: OPEN - 1 });
  const at = (assignment: string, arrival: number) => {
    machine.now = OPEN;
    const payload = newAttempt({ assignment_id: assignment, submission_id: `sub_${arrival}` });
    const result = machine.apply(PEOPLE.otherStudent, 'SUBMIT_ASSIGNMENT', payload, {
      received_at: arrival,
    });
    return result.ok ? 'ok' : result.code;
  };
  t.equal(at('asg_closed', OPEN - 1), 'ok', 'arrived before it closed, committed after');
  t.equal(at('asg_closed', OPEN - 200_000), 'closed', 'said to have arrived long before');
  t.equal(at('asg_later', OPEN + 1), 'ok');
  t.end();
});

t.test('when the due date moves, who is late moves with it', (t) => {
  const machine = new TestCourse();
  machine.addAssignment('asg_1', { due_at: machine.now - MINUTE });
  machine.handIn('student', 'asg_1', 'sub_1');
  const late = () =>
    getSubmission(machine.reader, actorOf('student'), 'sub_1').attempts[0]?.late_ms;
  t.equal(late(), MINUTE);
  machine.must(PEOPLE.instructor, 'UPDATE_ASSIGNMENT', {
    assignment_id: 'asg_1',
    expected_version: 1,
    due_at: machine.now,
  });
  t.equal(late(), 0);
  t.end();
});
