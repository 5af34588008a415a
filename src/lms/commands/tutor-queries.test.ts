import t from 'tap';
import { maxTutorRuns, tutorLeaseMs } from '../limits.ts';
import { getQuery, listQueries } from '../queries/queries.ts';
import { claimableQueries } from '../queries/tutor-queries.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';
import { answer, question } from '../test-queries.ts';

const C = 'CLAIM_QUERY';
const A = 'ANSWER_QUERY';

/** `qry_w` waits for the tutor; `qry_i` is to the instructors, `qry_s` to the tutor as it was once. */
function course(): TestCourse {
  const machine = new TestCourse();
  const post = (changes: object) => machine.must(PEOPLE.student, 'POST_QUERY', question(changes));
  post({ query_id: 'qry_w', to: 'tutor', tutor_answers: true });
  post({ query_id: 'qry_i' });
  post({ query_id: 'qry_s', to: 'tutor' });
  return machine;
}

const claim = (changes: object = {}) => ({
  query_id: 'qry_w',
  node_id: 'n1',
  claim_id: 'c1',
  ...changes,
});

const citation = {
  n: 1,
  material_id: 'mat_1',
  title: 'Notes',
  page: 3,
  page_label: null,
  quote: 'A majority.',
};

const said = (source: object = {}, changes: object = {}) =>
  answer({
    query_id: 'qry_w',
    tutor: {
      claim_id: 'c1',
      mode: 'generated',
      citations: [citation],
      reason: null,
      model: 'm',
      ...source,
    },
    ...changes,
  });

const held = (machine: TestCourse) => machine.must(null, C, claim());

type Row = readonly [
  name: string,
  before: (machine: TestCourse) => void,
  person: Person | null,
  kind: string,
  payload: object,
  code: string,
];
const nothing = () => undefined;

const TABLE: readonly Row[] = [
  ['the system claims', nothing, null, C, claim(), 'ok'],
  ['an admin claims', nothing, 'admin', C, claim(), 'forbidden'],
  ['a student claims', nothing, 'student', C, claim(), 'forbidden'],
  ['no such query', nothing, null, C, claim({ query_id: 'qry_0' }), 'not_found'],
  ['a query to the instructors', nothing, null, C, claim({ query_id: 'qry_i' }), 'conflict'],
  ['one that was not for it to answer', nothing, null, C, claim({ query_id: 'qry_s' }), 'conflict'],
  ['the same run again', held, null, C, claim(), 'ok'],
  ['another node', held, null, C, claim({ node_id: 'n2', claim_id: 'c2' }), 'conflict'],
  ['the node after a restart', held, null, C, claim({ claim_id: 'c2' }), 'ok'],
  [
    'another node, a moment before the lease ends',
    (machine) => {
      held(machine);
      machine.now += tutorLeaseMs - 1;
    },
    null,
    C,
    claim({ node_id: 'n2', claim_id: 'c2' }),
    'conflict',
  ],
  [
    'another node, as the lease ends',
    (machine) => {
      held(machine);
      machine.now += tutorLeaseMs;
    },
    null,
    C,
    claim({ node_id: 'n2', claim_id: 'c2' }),
    'ok',
  ],
  [
    'what the staff have answered',
    (machine) => machine.must(PEOPLE.ta, A, answer({ query_id: 'qry_w' })),
    null,
    C,
    claim(),
    'conflict',
  ],
  ['in an archived course', (machine) => machine.archive('crs_1'), null, C, claim(), 'not_found'],

  ['the tutor answers', held, null, A, said(), 'ok'],
  ['without a claim', nothing, null, A, said(), 'conflict'],
  ['with another claim', held, null, A, said({ claim_id: 'c2' }), 'conflict'],
  ['a student as the tutor', held, 'student', A, said(), 'forbidden'],
  ['an admin as the tutor', held, 'admin', A, said(), 'forbidden'],
  [
    'twice',
    (machine) => {
      held(machine);
      machine.must(null, A, said());
    },
    null,
    A,
    said({}, { answer_id: 'ans_2' }),
    'conflict',
  ],
  [
    'after its run was replaced',
    (machine) => {
      held(machine);
      machine.must(null, C, claim({ claim_id: 'c2' }));
    },
    null,
    A,
    said(),
    'conflict',
  ],
];

t.test('who may claim a query, and answer as the tutor', (t) => {
  for (const [name, before, person, kind, payload, code] of TABLE) {
    const machine = course();
    before(machine);
    t.equal(machine.code(person && PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('an answer of the tutor has its pages, and is the asker’s to see', (t) => {
  const machine = course();
  const state = () => {
    const { tutor, status, answers } = getQuery(machine.reader, actorOf('student'), 'qry_w');
    return [tutor, status, answers.length];
  };
  t.same(state(), ['waiting', 'open', 0]);
  held(machine);
  t.same(state(), ['answering', 'open', 0]);
  const value = machine.must(null, A, said());
  t.same(state(), ['answered', 'answered', 1]);
  t.match(machine.lastEvents(), [{ type: 'query.answered', user_id: PEOPLE.student }]);
  t.equal(machine.lastEvents().length, 1);
  t.equal(machine.lastTarget(), 'ans_new');
  t.same(
    machine.reader
      .all<object>('SELECT material_id, questions FROM material_questions')
      .map((row) => ({ ...row })),
    [{ material_id: 'mat_1', questions: 1 }],
    'it counts as a question about the material',
  );
  const { answers } = getQuery(machine.reader, actorOf('student'), 'qry_w');
  t.same(answers, [value]);
  t.match(answers, [
    {
      author: null,
      author_role: 'tutor',
      by_asker: false,
      tutor: { mode: 'generated', citations: [citation], reason: null, model: 'm' },
    },
  ]);
  t.notMatch(answers[0]?.tutor, { claim_id: 'c1' }, 'how it came about, not by which run');
  t.throws(() => getQuery(machine.reader, actorOf('otherStudent'), 'qry_w'), { code: 'not_found' });
  t.end();
});

t.test('an answer without pages hands the query over', (t) => {
  const machine = course();
  held(machine);
  const reason = { code: 'not_in_materials', detail: 'Nothing.' };
  machine.must(null, A, said({ mode: 'retrieval', citations: [], reason, model: null }));
  const query = getQuery(machine.reader, actorOf('ta'), 'qry_w');
  t.match(query, { tutor: 'handed_over', status: 'open', answers: [{ tutor: { reason } }] });
  t.match(machine.lastEvents(), [{ type: 'query.answered' }, { type: 'query.handed_over' }]);
  machine.must(PEOPLE.ta, A, answer({ query_id: 'qry_w', answer_id: 'ans_ta' }));
  t.match(getQuery(machine.reader, actorOf('ta'), 'qry_w'), { status: 'answered' });
  t.end();
});

t.test('what the staff answer first is not the tutor’s any more', (t) => {
  const machine = course();
  machine.must(PEOPLE.student, A, answer({ query_id: 'qry_w', answer_id: 'ans_s' }));
  t.match(getQuery(machine.reader, actorOf('ta'), 'qry_w'), { tutor: 'waiting', status: 'open' });
  machine.must(PEOPLE.ta, A, answer({ query_id: 'qry_w' }));
  t.match(getQuery(machine.reader, actorOf('ta'), 'qry_w'), { tutor: 'handed_over' });
  t.same(claimableQueries(machine.reader, 'n1', machine.now, 9), []);
  t.end();
});

t.test('a query on which runs die is handed over', (t) => {
  const machine = course();
  for (let n = 1; n <= maxTutorRuns; n += 1) {
    t.same(machine.must(null, C, claim({ claim_id: `c${n}` })), { granted: true });
    t.same(machine.must(null, C, claim({ claim_id: `c${n}` })), { granted: true }, 'renewed');
  }
  t.same(machine.must(null, C, claim({ claim_id: 'last' })), { granted: false });
  t.match(machine.lastEvents(), [{ type: 'query.handed_over', user_id: PEOPLE.student }]);
  t.match(getQuery(machine.reader, actorOf('student'), 'qry_w'), { tutor: 'handed_over' });
  t.equal(machine.code(null, C, claim({ claim_id: 'c9' })), 'conflict');
  t.end();
});

t.test('what a node may claim', (t) => {
  const machine = course();
  const ids = (node: string) =>
    claimableQueries(machine.reader, node, machine.now, 9).map(({ query_id }) => query_id);
  t.same(ids('n1'), ['qry_w']);
  t.equal(claimableQueries(machine.reader, 'n1', machine.now, 9)[0]?.waiting_since, machine.now);
  held(machine);
  t.same([ids('n1'), ids('n2')], [['qry_w'], []], 'its own, as after a restart');
  machine.now += tutorLeaseMs;
  t.match(claimableQueries(machine.reader, 'n2', machine.now, 9), [{ waiting_since: null }]);
  machine.must(null, A, said());
  t.same([ids('n1'), ids('n2')], [[], []]);
  const page = listQueries(machine.reader, actorOf('student'), 'crs_1', { limit: 9, after: null });
  t.same(
    page.items.map(({ tutor }) => tutor),
    [null, null, 'answered'],
  );
  t.end();
});
