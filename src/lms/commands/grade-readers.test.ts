import t from 'tap';
import { gradeHistory } from '../queries/grade-history.ts';
import { getGrade, listOwnGrades } from '../queries/grades.ts';
import type { Refusal } from '../refusal.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';
import { courseWithWork, grade } from '../test-grades.ts';

t.test('a student sees a grade while it is posted', (t) => {
  const machine = courseWithWork();
  const seen = (person: Person) => {
    try {
      return getGrade(machine.reader, actorOf(person), 'sub_1').points;
    } catch (error) {
      return (error as Refusal).code;
    }
  };
  const own = () =>
    listOwnGrades(machine.reader, actorOf('student'), { limit: 10, after: null }).items.length;
  const save = (state: string, version: number) => {
    machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ state, expected_version: version }));
    return machine.lastEvents().map(({ type }) => type);
  };
  t.same([seen('student'), seen('ta'), own()], ['not_found', 'not_found', 0]);
  t.same(save('draft', 0), [], 'a draft is no news');
  t.same([seen('student'), seen('ta'), own()], ['not_found', 8.5, 0]);
  t.same(save('posted', 1), ['grade.posted']);
  t.same([seen('student'), seen('ta'), own()], [8.5, 8.5, 1]);
  t.same(save('draft', 2), ['grade.withdrawn']);
  t.same([seen('student'), seen('ta'), own()], ['not_found', 8.5, 0]);
  t.end();
});

const READERS: readonly [person: Person, grade: string, history: string][] = [
  ['student', 'ok', 'forbidden'],
  ['otherStudent', 'not_found', 'not_found'],
  ['foreignStudent', 'not_found', 'not_found'],
  ['foreignInstructor', 'not_found', 'not_found'],
  ['ta', 'ok', 'ok'],
  ['instructor', 'ok', 'ok'],
  ['admin', 'ok', 'ok'],
];

t.test('who may read a grade and its history', (t) => {
  const machine = courseWithWork();
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade());
  const code = (run: () => unknown) => {
    try {
      run();
      return 'ok';
    } catch (error) {
      return (error as Refusal).code;
    }
  };
  const page = { limit: 10, after: null };
  for (const [person, ofGrade, ofHistory] of READERS) {
    const { reader } = machine;
    t.equal(
      code(() => getGrade(reader, actorOf(person), 'sub_1')),
      ofGrade,
      person,
    );
    t.equal(
      code(() => gradeHistory(reader, actorOf(person), 'sub_1', page)),
      ofHistory,
      person,
    );
  }
  t.end();
});

t.test('the history has every version with actor and reason, latest first', (t) => {
  const machine = courseWithWork();
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ state: 'draft', attempt: 1 }));
  machine.now += 1_000;
  machine.must(
    PEOPLE.instructor,
    'GRADE_ASSIGNMENT',
    grade({ expected_version: 1, points: 9_999, reason: 'Regraded.' }),
  );
  const history = (after: readonly [number] | null) =>
    gradeHistory(machine.reader, actorOf('ta'), 'sub_1', { limit: 1, after });
  const latest = history(null);
  t.match(latest.items, [
    {
      version: 2,
      points: 9.999,
      state: 'posted',
      attempt: 2,
      actor: { id: PEOPLE.instructor },
      reason: 'Regraded.',
      at: '2026-01-05T09:00:01.000Z',
    },
  ]);
  const first = history(latest.next);
  t.match(first.items, [
    { version: 1, points: 8.5, state: 'draft', attempt: 1, actor: { id: PEOPLE.ta }, reason: null },
  ]);
  t.equal(first.next, null);
  t.end();
});

t.test('the list of own grades goes page by page and has nobody else’s', (t) => {
  const machine = courseWithWork();
  machine.addAssignment('asg_2');
  machine.handIn('student', 'asg_2', 'sub_2');
  machine.handIn('otherStudent', 'asg_2', 'sub_3');
  for (const id of ['sub_1', 'sub_2', 'sub_3']) {
    machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ submission_id: id }));
  }
  const own = (after: readonly [number] | null) =>
    listOwnGrades(machine.reader, actorOf('student'), { limit: 1, after });
  const first = own(null);
  const second = own(first.next);
  t.same(
    [...first.items, ...second.items].map(({ submission_id }) => submission_id),
    ['sub_1', 'sub_2'],
  );
  t.equal(second.next, null);
  t.end();
});
