import t from 'tap';
import { courseStatistics } from '../queries/course-statistics.ts';
import { getProgress } from '../queries/progress.ts';
import { getQuery, listQueries, type QueryFilter } from '../queries/queries.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';
import { accept, answer, courseWithQueries as course, endorse, question } from '../test-queries.ts';

const QU = 'UPDATE_QUERY';
const QD = 'DELETE_QUERY';
const AU = 'UPDATE_ANSWER';
const AD = 'DELETE_ANSWER';

const query = (changes: object = {}) => ({ query_id: 'qry_1', ...changes });
const own = (changes: object = {}) => ({ query_id: 'qry_1', answer_id: 'ans_1', ...changes });
const OLD = { query_id: 'qry_old', answer_id: 'ans_old', body_md: 'New.' };

// `qry_1` is of sue, anonymous, answered by tom (`ans_1`); `qry_2` of sue, to the tutor, unanswered.
const TABLE: readonly [
  name: string,
  person: Person,
  kind: string,
  payload: object,
  code: string,
][] = [
  ['the asker changes', 'student', QU, query({ title: 'How?' }), 'ok'],
  ['the asker, a query to the tutor', 'student', QU, query({ query_id: 'qry_2' }), 'ok'],
  ['a peer changes', 'otherStudent', QU, query({ title: 'How?' }), 'forbidden'],
  ['a peer, a query to the tutor', 'otherStudent', QU, query({ query_id: 'qry_2' }), 'not_found'],
  ['the staff change', 'instructor', QU, query({ title: 'How?' }), 'forbidden'],
  ['an admin changes', 'admin', QU, query({ title: 'How?' }), 'forbidden'],
  ['a foreign student changes', 'foreignStudent', QU, query(), 'not_found'],
  ['no such query', 'student', QU, query({ query_id: 'qry_0' }), 'not_found'],
  ['another version', 'student', QU, query({ expected_version: 1 }), 'version_mismatch'],
  ['in an archived course', 'instructor', QU, query({ query_id: 'qry_old' }), 'course_not_active'],

  ['the asker deletes what is unanswered', 'student', QD, query({ query_id: 'qry_2' }), 'ok'],
  ['the asker deletes what others answered', 'student', QD, query(), 'conflict'],
  ['a ta deletes', 'ta', QD, query(), 'ok'],
  ['an instructor deletes', 'instructor', QD, query(), 'ok'],
  ['a peer deletes', 'otherStudent', QD, query(), 'forbidden'],
  ['an admin deletes', 'admin', QD, query(), 'forbidden'],
  ['a foreign instructor deletes', 'foreignInstructor', QD, query(), 'not_found'],
  ['no such query', 'ta', QD, query({ query_id: 'qry_0' }), 'not_found'],
  ['another version', 'ta', QD, query({ expected_version: 1 }), 'version_mismatch'],
  ['in an archived course', 'instructor', QD, query({ query_id: 'qry_old' }), 'course_not_active'],

  ['its author changes', 'ta', AU, own({ body_md: 'New.' }), 'ok'],
  ['the asker changes another’s', 'student', AU, own({ body_md: 'New.' }), 'forbidden'],
  ['an instructor changes another’s', 'instructor', AU, own({ body_md: 'New.' }), 'forbidden'],
  ['a foreign student changes', 'foreignStudent', AU, own({ body_md: 'New.' }), 'not_found'],
  ['no such answer', 'ta', AU, own({ answer_id: 'ans_0', body_md: 'New.' }), 'not_found'],
  ['in an archived course', 'student', AU, OLD, 'course_not_active'],

  ['its author deletes', 'ta', AD, own(), 'ok'],
  ['an instructor deletes another’s', 'instructor', AD, own(), 'ok'],
  ['the asker deletes another’s', 'student', AD, own(), 'forbidden'],
  ['a peer deletes another’s', 'otherStudent', AD, own(), 'forbidden'],
  ['an admin deletes', 'admin', AD, own(), 'forbidden'],
  ['a foreign instructor deletes', 'foreignInstructor', AD, own(), 'not_found'],
  ['no such answer', 'ta', AD, own({ answer_id: 'ans_0' }), 'not_found'],
  ['in an archived course', 'student', AD, OLD, 'course_not_active'],
];

t.test('who may change and delete what was said', (t) => {
  for (const [name, person, kind, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('a question that was changed says so, and stays anonymous', (t) => {
  const machine = course();
  machine.now += 1_000;
  const changed = machine.must(PEOPLE.student, QU, query({ title: 'How?' }));
  t.match(changed, {
    title: 'How?',
    body_md: 'I wonder.',
    anonymous: true,
    version: 3,
    edited_at: '2026-01-05T09:00:01.000Z',
    answers: [{ id: 'ans_1' }],
  });
  t.match(machine.lastEvents(), [{ type: 'query.updated', course_id: 'crs_1', user_id: null }]);
  t.notMatch(JSON.stringify(machine.lastEvents()), PEOPLE.student);
  const seen = getQuery(machine.reader, actorOf('otherStudent'), 'qry_1');
  t.match(seen, { title: 'How?', author: null });
  t.end();
});

t.test('a question that was deleted is nowhere', (t) => {
  const machine = course();
  machine.must(PEOPLE.ta, QD, query());
  t.match(machine.lastEvents(), [{ type: 'query.deleted', user_id: null }]);
  t.equal(machine.lastTarget(), 'qry_1');
  for (const person of ['student', 'otherStudent', 'ta', 'admin'] as const) {
    t.throws(() => getQuery(machine.reader, actorOf(person), 'qry_1'), { code: 'not_found' });
    t.notOk(idsOf(machine.reader, person).includes('qry_1'), person);
  }
  for (const [kind, payload] of [
    ['ANSWER_QUERY', answer()],
    ['ACCEPT_ANSWER', accept()],
    ['ENDORSE_ANSWER', endorse()],
    [QU, query()],
    [AD, own()],
  ] as const) {
    t.equal(machine.code(PEOPLE.ta, kind, payload), 'not_found', kind);
  }
  t.end();
});

t.test('a query to the tutor tells its asker only', (t) => {
  const machine = course();
  machine.must(PEOPLE.student, QU, query({ query_id: 'qry_2', title: 'x' }));
  t.match(machine.lastEvents(), [{ user_id: PEOPLE.student }]);
  machine.must(PEOPLE.student, QD, query({ query_id: 'qry_2' }));
  t.match(machine.lastEvents(), [{ type: 'query.deleted', user_id: PEOPLE.student }]);
  t.end();
});

t.test('an answer that was changed loses its endorsement, not its acceptance', (t) => {
  const machine = course();
  machine.must(PEOPLE.instructor, 'ENDORSE_ANSWER', endorse());
  machine.must(PEOPLE.student, 'ACCEPT_ANSWER', accept());
  const changed = machine.must(PEOPLE.ta, AU, own({ body_md: 'Or not.' }));
  t.match(changed, { body_md: 'Or not.', endorsed_by: null, endorsed_at: null, accepted: true });
  t.match(changed, { edited_at: '2026-01-05T09:00:00.000Z' });
  t.match(machine.lastEvents(), [{ type: 'answer.updated', course_id: 'crs_1' }]);
  t.equal(getQuery(machine.reader, actorOf('ta'), 'qry_1').version, 5);
  t.end();
});

t.test('an anonymous asker stays hidden in what they change and delete', (t) => {
  const machine = course();
  machine.must(PEOPLE.student, 'ANSWER_QUERY', answer({ answer_id: 'ans_s' }));
  machine.must(PEOPLE.student, AU, own({ answer_id: 'ans_s', body_md: 'And?' }));
  t.notMatch(JSON.stringify(machine.lastEvents()), PEOPLE.student);
  const seen = getQuery(machine.reader, actorOf('otherStudent'), 'qry_1');
  t.notMatch(JSON.stringify(seen), PEOPLE.student);
  machine.must(PEOPLE.student, AD, own({ answer_id: 'ans_s' }));
  t.notMatch(JSON.stringify(machine.lastEvents()), PEOPLE.student);
  t.end();
});

t.test('without its answers a query is open again', (t) => {
  const machine = course();
  const state = () => {
    const seen = getQuery(machine.reader, actorOf('student'), 'qry_1');
    return [seen.status, seen.answer_count, seen.answers.map(({ id }) => id)];
  };
  machine.must(PEOPLE.student, 'ANSWER_QUERY', answer({ answer_id: 'ans_s' }));
  machine.must(PEOPLE.otherStudent, 'ANSWER_QUERY', answer({ answer_id: 'ans_o' }));
  machine.must(PEOPLE.student, 'ACCEPT_ANSWER', accept());
  machine.must(PEOPLE.ta, AD, own());
  t.match(machine.lastEvents(), [{ type: 'answer.deleted' }]);
  t.same(state(), ['answered', 2, ['ans_s', 'ans_o']], 'the acceptance went with it');
  machine.must(PEOPLE.otherStudent, AD, own({ answer_id: 'ans_o' }));
  t.same(state(), ['open', 1, ['ans_s']]);
  machine.must(PEOPLE.student, QD, query());
  t.end();
});

t.test('what the tutor said without a page does not answer a query', (t) => {
  const machine = course();
  const { student, ta } = PEOPLE;
  const asked = { query_id: 'qry_t', to: 'tutor', tutor_answers: true };
  machine.must(student, 'POST_QUERY', question(asked));
  machine.must(null, 'CLAIM_QUERY', { query_id: 'qry_t', node_id: 'n1', claim_id: 'c1' });
  const source = { claim_id: 'c1', mode: 'retrieval', citations: [], model: null };
  const reason = { code: 'not_in_materials', detail: 'Nothing.' };
  const said = { query_id: 'qry_t', answer_id: 'ans_t', tutor: { ...source, reason } };
  machine.must(null, 'ANSWER_QUERY', answer(said));
  machine.must(ta, 'ANSWER_QUERY', answer({ query_id: 'qry_t', answer_id: 'ans_ta' }));
  machine.must(ta, AD, { query_id: 'qry_t', answer_id: 'ans_ta' });
  t.match(getQuery(machine.reader, actorOf('student'), 'qry_t'), {
    status: 'open',
    answer_count: 1,
  });
  machine.must(ta, AD, { query_id: 'qry_t', answer_id: 'ans_t' });
  t.match(getQuery(machine.reader, actorOf('student'), 'qry_t'), { answer_count: 0, answers: [] });
  t.end();
});

t.test('what was deleted is not counted, in the course and for its asker', (t) => {
  const machine = course();
  const counted = () => {
    const statistics = courseStatistics(machine.reader, actorOf('admin'), 'crs_1');
    const own = getProgress(machine.reader, actorOf('admin'), 'crs_1', PEOPLE.student, 0);
    return [statistics.queries, own.query_count];
  };
  t.same(counted(), [{ to_instructor: 1, to_tutor: 1, answered: 1 }, 2]);
  machine.must(PEOPLE.ta, QD, query());
  t.same(counted(), [{ to_instructor: 0, to_tutor: 1, answered: 0 }, 1]);
  machine.must(PEOPLE.student, QD, query({ query_id: 'qry_2' }));
  t.same(counted(), [{ to_instructor: 0, to_tutor: 0, answered: 0 }, 0]);
  t.end();
});

t.test('lists are narrowed to what waits, to what is one’s own, to whom it was asked', (t) => {
  const machine = course();
  const { otherStudent } = PEOPLE;
  machine.must(otherStudent, 'POST_QUERY', question({ query_id: 'qry_3' }));
  machine.must(otherStudent, 'POST_QUERY', question({ query_id: 'qry_4', to: 'tutor' }));
  machine.must(PEOPLE.student, 'ANSWER_QUERY', answer({ query_id: 'qry_3', answer_id: 'ans_3' }));
  const ids = (person: Person, filter: Partial<QueryFilter>) =>
    idsOf(machine.reader, person, { unanswered: false, mine: false, to: null, ...filter });
  t.same(ids('ta', {}), ['qry_4', 'qry_3', 'qry_2', 'qry_1']);
  t.same(ids('ta', { unanswered: true }), ['qry_4', 'qry_2']);
  t.same(ids('ta', { unanswered: true, to: 'instructor' }), []);
  t.same(ids('ta', { to: 'tutor' }), ['qry_4', 'qry_2']);
  t.same(ids('ta', { mine: true }), []);
  t.same(ids('student', {}), ['qry_3', 'qry_2', 'qry_1']);
  t.same(ids('student', { mine: true }), ['qry_2', 'qry_1']);
  t.same(ids('student', { mine: true, to: 'instructor' }), ['qry_1']);
  t.same(ids('otherStudent', { unanswered: true }), ['qry_4']);
  t.same(ids('otherStudent', { mine: true }), ['qry_4', 'qry_3']);
  t.end();
});

t.test('every list goes by an index that has it in order', (t) => {
  const { reader } = course();
  const plans: string[] = [];
  const all = reader.all.bind(reader);
  reader.all = ((sql: string, ...parameters: never[]) => {
    const steps = all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...parameters);
    plans.push(steps.map(({ detail }) => detail).join('; '));
    return all(sql, ...parameters);
  }) as typeof reader.all;
  for (const person of ['ta', 'student'] as const) {
    for (const to of ['instructor', 'tutor', null] as const) {
      for (const [unanswered, mine] of [[], [true], [false, true], [true, true]]) {
        idsOf(reader, person, { unanswered: unanswered ?? false, mine: mine ?? false, to });
      }
    }
  }
  t.equal(plans.length, 2 * 3 * 4);
  for (const plan of plans) t.notMatch(plan, /SCAN q|SCAN u|TEMP B-TREE/);
  for (const plan of plans.filter((_, n) => n % 4 >= 2)) {
    t.match(plan, /queries_asker/, 'not all that others asked');
  }
  t.end();
});

function idsOf(
  reader: Parameters<typeof listQueries>[0],
  person: Person,
  filter?: QueryFilter,
): string[] {
  const page = { limit: 99, after: null };
  const { items } = listQueries(reader, actorOf(person), 'crs_1', page, filter);
  return items.map(({ id }) => id);
}
