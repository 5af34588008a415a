import t from 'tap';
import { getQuery, listQueries } from '../queries/queries.ts';
import type { Refusal } from '../refusal.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';
import { accept, answer, courseWithQueries as course, endorse, question } from '../test-queries.ts';

const P = 'POST_QUERY';
const A = 'ANSWER_QUERY';
const X = 'ACCEPT_ANSWER';
const E = 'ENDORSE_ANSWER';

t.test('who may see a query, in lists and on its own', (t) => {
  const machine = course();
  const ids = (person: Person) =>
    listQueries(machine.reader, actorOf(person), 'crs_1', { limit: 10, after: null }).items.map(
      ({ id }) => id,
    );
  const own = (person: Person, id: string) =>
    codeOf(() => getQuery(machine.reader, actorOf(person), id));
  for (const person of ['student', 'ta', 'instructor', 'admin'] as const) {
    t.same(ids(person), ['qry_2', 'qry_1'], person);
    t.same([own(person, 'qry_1'), own(person, 'qry_2')], ['ok', 'ok'], person);
  }
  t.same(ids('otherStudent'), ['qry_1']);
  t.same([own('otherStudent', 'qry_1'), own('otherStudent', 'qry_2')], ['ok', 'not_found']);
  for (const person of ['foreignStudent', 'foreignInstructor'] as const) {
    t.equal(
      codeOf(() => ids(person)),
      'not_found',
      person,
    );
    t.same([own(person, 'qry_1'), own(person, 'qry_2')], ['not_found', 'not_found'], person);
  }
  t.end();
});

t.test('pages go from the newest to the oldest, whoever reads', (t) => {
  const machine = course();
  for (let n = 0; n < 6; n += 1) {
    const to = n % 2 === 0 ? 'tutor' : 'instructor';
    machine.must(PEOPLE.otherStudent, P, question({ query_id: `qry_p${n}`, to }));
  }
  const all = (person: Person) => {
    const ids: string[] = [];
    let after: readonly [number] | null = null;
    do {
      const page = listQueries(machine.reader, actorOf(person), 'crs_1', { limit: 2, after });
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== null);
    return ids;
  };
  t.same(all('student'), ['qry_p5', 'qry_p3', 'qry_p1', 'qry_2', 'qry_1']);
  t.same(all('ta'), ['qry_p5', 'qry_p4', 'qry_p3', 'qry_p2', 'qry_p1', 'qry_p0', 'qry_2', 'qry_1']);
  t.end();
});

t.test('who asked anonymously is known to staff and to no peer, in no field and no event', (t) => {
  const machine = course();
  const events: string[] = [];
  const run = (person: Person, kind: string, payload: object) => {
    const value = machine.must<object>(PEOPLE[person], kind, payload);
    events.push(JSON.stringify(machine.lastEvents()));
    return value;
  };
  run('student', P, question({ query_id: 'qry_a', anonymous: true }));
  run('student', A, answer({ query_id: 'qry_a', answer_id: 'ans_a' }));
  const toPeer = run('otherStudent', A, answer({ query_id: 'qry_a', answer_id: 'ans_b' }));
  run('student', X, accept({ query_id: 'qry_a', answer_id: 'ans_b' }));
  run('ta', E, endorse({ query_id: 'qry_a', answer_id: 'ans_a' }));

  const seenBy = (person: Person) =>
    JSON.stringify([
      getQuery(machine.reader, actorOf(person), 'qry_a'),
      listQueries(machine.reader, actorOf(person), 'crs_1', { limit: 10, after: null }),
    ]);
  t.notMatch(seenBy('otherStudent'), PEOPLE.student);
  t.notMatch(JSON.stringify(toPeer), PEOPLE.student);
  t.notMatch(events.join(), PEOPLE.student);
  for (const person of ['student', 'ta', 'instructor', 'admin'] as const) {
    t.match(seenBy(person), PEOPLE.student, person);
    t.match(getQuery(machine.reader, actorOf(person), 'qry_a'), {
      author: { id: PEOPLE.student },
      answers: [{ author: { id: PEOPLE.student } }, {}],
    });
  }
  t.match(getQuery(machine.reader, actorOf('otherStudent'), 'qry_a'), {
    author: null,
    anonymous: true,
    answers: [
      { author: null, by_asker: true },
      { author: { id: PEOPLE.otherStudent }, by_asker: false },
    ],
  });
  t.end();
});

t.test('a named asker is known to peers', (t) => {
  const machine = course();
  machine.must(PEOPLE.student, P, question());
  const read = getQuery(machine.reader, actorOf('otherStudent'), 'qry_new');
  t.match(read.author, { id: PEOPLE.student });
  t.end();
});

t.test('events go to the whole course, those of tutor queries to the asker', (t) => {
  const machine = course();
  const eventOf = (person: Person, kind: string, payload: object) => {
    machine.must(PEOPLE[person], kind, payload);
    const [event] = machine.lastEvents();
    return [event?.type, event?.course_id, event?.user_id];
  };
  const asker = PEOPLE.student;
  const tutor = { query_id: 'qry_2', answer_id: 'ans_t' };
  t.same(eventOf('student', P, question()), ['query.posted', 'crs_1', null]);
  t.same(eventOf('ta', A, answer()), ['query.answered', 'crs_1', null]);
  t.same(eventOf('ta', X, accept()), ['query.accepted', 'crs_1', null]);
  t.same(eventOf('ta', E, endorse()), ['query.endorsed', 'crs_1', null]);
  const toTutor = question({ query_id: 'qry_t', to: 'tutor' });
  t.same(eventOf('student', P, toTutor), ['query.posted', 'crs_1', asker]);
  t.same(eventOf('ta', A, answer(tutor)), ['query.answered', 'crs_1', asker]);
  t.same(eventOf('ta', X, accept(tutor)), ['query.accepted', 'crs_1', asker]);
  t.same(eventOf('ta', E, endorse(tutor)), ['query.endorsed', 'crs_1', asker]);
  t.end();
});

t.test('a foreign query and a missing one are told apart by nothing', (t) => {
  const machine = course();
  const detail = (person: Person, id: string) => {
    try {
      getQuery(machine.reader, actorOf(person), id);
    } catch (error) {
      return (error as Refusal).message;
    }
    throw new Error('it was shown');
  };
  t.equal(detail('foreignStudent', 'qry_1'), detail('foreignStudent', 'qry_0'));
  t.equal(detail('otherStudent', 'qry_2'), detail('otherStudent', 'qry_0'));
  t.end();
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as Refusal).code;
  }
}
