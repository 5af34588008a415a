import t from 'tap';
import { maxAnswersPerQuery } from '../limits.ts';
import type { Answer } from '../queries/answers.ts';
import { getQuery, type Query } from '../queries/queries.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';
import { accept, answer, courseWithQueries as course, endorse, question } from '../test-queries.ts';

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
