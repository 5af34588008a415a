import t from 'tap';
import { maxAnswersPerQuery } from '../limits.ts';
import type { Answer } from '../queries/answers.ts';
import { getQuery, listQueries, type Query } from '../queries/queries.ts';
import type { Refusal } from '../refusal.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';

/** `qry_1` to the instructors, anonymous, with `ans_1` of the ta; `qry_2` to the tutor. By sue. */
function course() {
  const machine = new TestCourse();
  machine.must(PEOPLE.student, 'POST_QUERY', question({ query_id: 'qry_1', anonymous: true }));
  machine.must(PEOPLE.student, 'POST_QUERY', question({ query_id: 'qry_2', to: 'tutor' }));
  machine.must(PEOPLE.ta, 'ANSWER_QUERY', answer({ answer_id: 'ans_1' }));
  machine.must(
    PEOPLE.instructor,
    'POST_QUERY',
    question({ query_id: 'qry_old', course_id: 'crs_old' }),
  );
  machine.must(
    PEOPLE.student,
    'ANSWER_QUERY',
    answer({ query_id: 'qry_old', answer_id: 'ans_old' }),
  );
  machine.archive('crs_old');
  return machine;
}

const question = (changes: object = {}) => ({
  query_id: 'qry_new',
  course_id: 'crs_1',
  to: 'instructor',
  title: 'Why?',
  body_md: 'I wonder.',
  anonymous: false,
  ...changes,
});
const answer = (changes: object = {}) => ({
  query_id: 'qry_1',
  answer_id: 'ans_new',
  body_md: 'Because.',
  ...changes,
});
const accept = (changes: object = {}) => ({
  query_id: 'qry_1',
  answer_id: 'ans_1',
  accepted: true,
  ...changes,
});
const endorse = (changes: object = {}) => ({
  query_id: 'qry_1',
  answer_id: 'ans_1',
  endorsed: true,
  ...changes,
});

const P = 'POST_QUERY';
const A = 'ANSWER_QUERY';
const X = 'ACCEPT_ANSWER';
const E = 'ENDORSE_ANSWER';
const OLD = { query_id: 'qry_old', answer_id: 'ans_old' };

const TABLE: readonly [
  name: string,
  person: Person,
  kind: string,
  payload: object,
  code: string,
][] = [
  ['a student asks', 'student', P, question(), 'ok'],
  ['a student asks the tutor', 'student', P, question({ to: 'tutor' }), 'ok'],
  ['a ta asks', 'ta', P, question(), 'ok'],
  ['an instructor asks', 'instructor', P, question(), 'ok'],
  ['an admin asks', 'admin', P, question(), 'forbidden'],
  ['a foreign student asks', 'foreignStudent', P, question(), 'not_found'],
  ['a deleted account asks', 'nobodyKnown', P, question(), 'account_not_active'],
  ['in no course', 'student', P, question({ course_id: 'crs_0' }), 'not_found'],
  ['in an archived course', 'student', P, question({ course_id: 'crs_old' }), 'course_not_active'],
  ['with an id that is taken', 'student', P, question({ query_id: 'qry_1' }), 'already_exists'],

  ['the asker adds', 'student', A, answer(), 'ok'],
  ['a peer answers', 'otherStudent', A, answer(), 'ok'],
  ['a ta answers', 'ta', A, answer(), 'ok'],
  ['an instructor answers', 'instructor', A, answer(), 'ok'],
  ['an admin answers', 'admin', A, answer(), 'forbidden'],
  ['a foreign instructor answers', 'foreignInstructor', A, answer(), 'not_found'],
  ['to no query', 'student', A, answer({ query_id: 'qry_0' }), 'not_found'],
  ['to the tutor’s, by the asker', 'student', A, answer({ query_id: 'qry_2' }), 'ok'],
  ['to the tutor’s, by staff', 'ta', A, answer({ query_id: 'qry_2' }), 'ok'],
  ['to the tutor’s, by a peer', 'otherStudent', A, answer({ query_id: 'qry_2' }), 'not_found'],
  ['in an archived course', 'student', A, answer({ query_id: 'qry_old' }), 'course_not_active'],
  ['with an id that is taken', 'student', A, answer({ answer_id: 'ans_1' }), 'already_exists'],

  ['the asker accepts', 'student', X, accept(), 'ok'],
  ['a ta accepts', 'ta', X, accept(), 'ok'],
  ['an instructor accepts', 'instructor', X, accept(), 'ok'],
  ['a peer accepts', 'otherStudent', X, accept(), 'forbidden'],
  ['an admin accepts', 'admin', X, accept(), 'forbidden'],
  ['a foreign student accepts', 'foreignStudent', X, accept(), 'not_found'],
  ['takes back what is not', 'student', X, accept({ accepted: false }), 'ok'],
  ['no such answer', 'student', X, accept({ answer_id: 'ans_0' }), 'not_found'],
  ['an answer of another query', 'student', X, accept({ query_id: 'qry_2' }), 'not_found'],
  ['in an archived course', 'instructor', X, accept(OLD), 'course_not_active'],

  ['a ta endorses', 'ta', E, endorse(), 'ok'],
  ['an instructor endorses', 'instructor', E, endorse(), 'ok'],
  ['the asker endorses', 'student', E, endorse(), 'forbidden'],
  ['a peer endorses', 'otherStudent', E, endorse(), 'forbidden'],
  ['an admin endorses', 'admin', E, endorse(), 'forbidden'],
  ['a foreign instructor endorses', 'foreignInstructor', E, endorse(), 'not_found'],
  ['takes back what is not', 'ta', E, endorse({ endorsed: false }), 'ok'],
  ['no such answer', 'ta', E, endorse({ answer_id: 'ans_0' }), 'not_found'],
  ['in an archived course', 'instructor', E, endorse(OLD), 'course_not_active'],
];

t.test('who may ask, answer, accept and endorse', (t) => {
  for (const [name, person, kind, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('a query is answered as the asker reads it', (t) => {
  const machine = course();
  const posted = machine.must<Query>(PEOPLE.student, P, question({ anonymous: true }));
  t.match(posted, { author: { id: PEOPLE.student }, status: 'open', answer_count: 0, version: 1 });
  t.equal(machine.lastTarget(), 'qry_new');
  const { answers, ...read } = getQuery(machine.reader, actorOf('student'), 'qry_new');
  t.same(read, posted);
  t.same(answers, []);
  t.end();
});

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

t.test('answers add up; the asker’s own do not answer the query', (t) => {
  const machine = course();
  const status = () => {
    const query = getQuery(machine.reader, actorOf('student'), 'qry_new');
    return [query.status, query.answer_count, query.version];
  };
  machine.must(PEOPLE.student, P, question());
  t.same(status(), ['open', 0, 1]);
  const post = (person: Person, id: string) =>
    machine.must<Answer>(PEOPLE[person], A, answer({ query_id: 'qry_new', answer_id: id }));
  post('student', 'ans_s');
  t.same(status(), ['open', 1, 2]);
  t.match(post('ta', 'ans_t'), { author: { id: PEOPLE.ta }, author_role: 'ta', by_asker: false });
  t.equal(machine.lastTarget(), 'ans_t');
  t.same(status(), ['answered', 2, 3]);
  post('otherStudent', 'ans_o');
  t.same(status(), ['answered', 3, 4]);
  const { answers } = getQuery(machine.reader, actorOf('student'), 'qry_new');
  t.same(
    answers.map(({ id }) => id),
    ['ans_s', 'ans_t', 'ans_o'],
  );
  t.end();
});

t.test('one answer is accepted at a time, and it can be taken back', (t) => {
  const machine = course();
  machine.must(PEOPLE.otherStudent, A, answer({ answer_id: 'ans_2' }));
  const seen = () => {
    const query = getQuery(machine.reader, actorOf('student'), 'qry_1');
    return [
      query.status,
      query.accepted_answer_id,
      query.answers.map(({ accepted }) => accepted),
      query.version,
    ];
  };
  t.match(machine.must(PEOPLE.student, X, accept()), { id: 'ans_1', accepted: true });
  t.same(seen(), ['resolved', 'ans_1', [true, false], 4]);
  machine.must(PEOPLE.student, X, accept());
  t.same(seen(), ['resolved', 'ans_1', [true, false], 4], 'the same again changes nothing');
  t.same(machine.lastEvents(), [], 'and says nothing');
  machine.must(PEOPLE.student, X, accept({ answer_id: 'ans_2' }));
  t.same(seen(), ['resolved', 'ans_2', [false, true], 5]);
  machine.must(PEOPLE.student, X, accept({ answer_id: 'ans_1', accepted: false }));
  t.same(
    seen(),
    ['resolved', 'ans_2', [false, true], 5],
    'what is not accepted cannot be taken back',
  );
  machine.must(PEOPLE.student, X, accept({ answer_id: 'ans_2', accepted: false }));
  t.same(seen(), ['answered', null, [false, false], 6]);
  t.end();
});

t.test('an endorsement names the first who gave it, and can be taken back', (t) => {
  const machine = course();
  const at = '2026-01-05T09:00:00.000Z';
  t.match(machine.must(PEOPLE.ta, E, endorse()), {
    endorsed_by: { id: PEOPLE.ta },
    endorsed_at: at,
  });
  t.match(machine.must(PEOPLE.instructor, E, endorse()), { endorsed_by: { id: PEOPLE.ta } });
  t.equal(getQuery(machine.reader, actorOf('ta'), 'qry_1').version, 3);
  t.match(machine.must(PEOPLE.instructor, E, endorse({ endorsed: false })), {
    endorsed_by: null,
    endorsed_at: null,
  });
  t.end();
});

t.test('a thread that is full takes no further answer', (t) => {
  const machine = course();
  for (let n = 1; n < maxAnswersPerQuery; n += 1) {
    machine.must(PEOPLE.ta, A, answer({ answer_id: `ans_n${n}` }));
  }
  t.equal(machine.code(PEOPLE.ta, A, answer()), 'conflict');
  t.equal(getQuery(machine.reader, actorOf('ta'), 'qry_1').answers.length, maxAnswersPerQuery);
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
