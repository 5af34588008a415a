import t from 'tap';
import { getAssignment, listAssignments } from '../queries/assignments.ts';
import type { Refusal } from '../refusal.ts';
import { courseWithAssignments, policy, rubric, update } from '../test-assignments.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';

t.test('before it opens a student sees title and dates, not body and files', (t) => {
  const machine = courseWithAssignments();
  const seen = (person: Person, now: number) =>
    getAssignment(machine.reader, actorOf(person), 'asg_1', now);
  machine.must(
    PEOPLE.instructor,
    'UPDATE_ASSIGNMENT',
    update({ rubric: rubric({}), late_policy: policy() }),
  );
  t.match(seen('student', 999), { title: 'Essay', locked: true, body_md: null, rubric: null });
  t.equal(seen('student', 999).late_policy?.rate_percent, 5, 'they plan by it');
  t.same(seen('student', 999).attachments, []);
  t.equal(seen('student', 999).due_at, '1970-01-01T00:00:02.000Z');
  t.match(seen('student', 1_000), {
    locked: false,
    body_md: 'Write.',
    attachments: [{ id: 'fil_1' }],
    rubric: { criteria: [{ id: 'clarity' }] },
  });
  for (const person of ['ta', 'instructor', 'admin'] as const) {
    t.match(seen(person, 999), { locked: false, body_md: 'Write.' }, person);
  }
  const list = listAssignments(machine.reader, actorOf('student'), 'crs_1', 999, {
    limit: 1,
    after: null,
  });
  t.match(list, { items: [{ id: 'asg_1', locked: true, body_md: null }], next: ['asg_1'] });
  t.end();
});

t.test('a foreign assignment and a missing one are told apart by nothing', (t) => {
  const machine = courseWithAssignments();
  const refusal = (id: string): Refusal => {
    try {
      getAssignment(machine.reader, actorOf('foreignStudent'), id, 0);
    } catch (error) {
      return error as Refusal;
    }
    throw new Error('it was shown');
  };
  t.equal(refusal('asg_1').message, refusal('asg_0').message);
  t.equal(refusal('asg_1').code, 'not_found');
  t.end();
});
