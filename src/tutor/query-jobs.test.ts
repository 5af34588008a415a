import { mock } from 'node:test';
import t, { type Test } from 'tap';
import { getQuery } from '../lms/queries/queries.ts';
import { actorOf, PEOPLE, TestCourse } from '../lms/test-course.ts';
import { question } from '../lms/test-queries.ts';
import type { ChatModel } from './answer.ts';
import { ExtractionJobs } from './extraction-jobs.ts';
import { OllamaError } from './ollama/ollama-error.ts';
import { QueryJobs, type QueryJobsOptions } from './query-jobs.ts';

const silent = { info: () => undefined, warn: () => undefined };
const ASK = { to: 'tutor', tutor_answers: true, title: 'Osmosis', body_md: 'How does water pass?' };

/** A course with one page of material, which was read. */
async function school(t: Test): Promise<TestCourse> {
  const machine = new TestCourse();
  t.teardown(() => machine.close());
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', {
    material_id: 'mat_1',
    course_id: 'crs_1',
    title: 'Biology',
    topic: null,
    text_md: 'By osmosis water passes through membranes.',
  });
  const reading = new ExtractionJobs({
    reader: machine.reader,
    nodeId: 'n1',
    submit: (kind, payload) => Promise.resolve(machine.apply(null, kind, payload)),
    readFile: () => Promise.reject(new Error('no file here')),
    logger: silent,
    now: () => machine.now,
  });
  reading.uploaded('mat_1');
  await reading.look();
  return machine;
}

function ask(machine: TestCourse, id: string, changes: object = {}): void {
  machine.must(PEOPLE.student, 'POST_QUERY', question({ query_id: id, ...ASK, ...changes }));
}

let made = 0;

function jobsOf(
  t: Test,
  machine: TestCourse,
  nodeId: string,
  options: Partial<QueryJobsOptions> = {},
): QueryJobs {
  const jobs = new QueryJobs({
    reader: machine.reader,
    nodeId,
    submit: (kind, payload) => Promise.resolve(machine.apply(null, kind, payload)),
    model: null,
    newAnswerId: () => `ans_${++made}`,
    isLeader: () => false,
    logger: silent,
    now: () => machine.now,
    ...options,
  });
  t.teardown(() => jobs.stop());
  return jobs;
}

const threadOf = (machine: TestCourse, id: string) =>
  getQuery(machine.reader, actorOf('student'), id);

/** Says this, when `until` lets it. */
function modelOf(text: string, until: () => Promise<unknown> = () => Promise.resolve()): ChatModel {
  return {
    model: 'double',
    async *chat() {
      await until();
      yield text;
    },
  };
}

t.test('the node that took a query answers it at once, with its pages', async (t) => {
  const machine = await school(t);
  ask(machine, 'qry_1');
  const model = modelOf('Water passes through membranes by osmosis [1].');
  const jobs = jobsOf(t, machine, 'n1', { model });
  jobs.asked('qry_1');
  await jobs.look();
  t.match(threadOf(machine, 'qry_1'), {
    tutor: 'answered',
    answers: [
      {
        author_role: 'tutor',
        tutor: {
          mode: 'generated',
          model: 'double',
          citations: [{ material_id: 'mat_1', page: 1 }],
        },
      },
    ],
  });
});

t.test('without a model it gets the pages, without pages the staff get it', async (t) => {
  const machine = await school(t);
  const failing: ChatModel = {
    model: 'double',
    chat() {
      throw new OllamaError('unreachable', 'no server');
    },
  };
  const cases = [
    ['qry_1', null, {}, 'answered', 'not_configured', 1],
    ['qry_2', failing, {}, 'answered', 'unreachable', 1],
    [
      'qry_3',
      null,
      { title: 'Kings', body_md: 'Who ruled Norway?' },
      'handed_over',
      'not_in_materials',
      0,
    ],
  ] as const;
  for (const [id, model, changes, tutor, code, citations] of cases) {
    ask(machine, id, changes);
    const jobs = jobsOf(t, machine, 'n1', { model });
    jobs.asked(id);
    await jobs.look();
    const thread = threadOf(machine, id);
    t.match(thread, { tutor, answers: [{ tutor: { mode: 'retrieval', reason: { code } } }] }, id);
    t.equal(thread.answers[0]?.tutor?.citations.length, citations, id);
    t.equal(thread.answers.length, 1, id);
  }
});

t.test('the leader, and only the leader, helps after a while', async (t) => {
  const machine = await school(t);
  ask(machine, 'qry_1');
  const leader = jobsOf(t, machine, 'n2', { isLeader: () => true });
  const follower = jobsOf(t, machine, 'n3');
  machine.now += 2_999;
  await leader.look();
  t.equal(threadOf(machine, 'qry_1').tutor, 'waiting', 'the node that took it comes first');
  machine.now += 1;
  await follower.look();
  t.equal(threadOf(machine, 'qry_1').tutor, 'waiting');
  await leader.look();
  t.equal(threadOf(machine, 'qry_1').tutor, 'answered');
});

t.test('a query whose node died is answered by the leader when the lease is over', async (t) => {
  const machine = await school(t);
  ask(machine, 'qry_1');
  machine.must(null, 'CLAIM_QUERY', { query_id: 'qry_1', node_id: 'n1', claim_id: 'dead' });
  const leader = jobsOf(t, machine, 'n2', { isLeader: () => true });
  machine.now += 14_999;
  await leader.look();
  t.equal(threadOf(machine, 'qry_1').tutor, 'answering');
  machine.now += 1;
  await leader.look();
  t.match(threadOf(machine, 'qry_1'), { tutor: 'answered', answer_count: 1 });
});

t.test('a run that was slow and was replaced adds nothing', async (t) => {
  const machine = await school(t);
  ask(machine, 'qry_1');
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const slow = jobsOf(t, machine, 'n1', {
    model: modelOf('Water passes by osmosis [1].', () => {
      asked.resolve();
      return gate.promise;
    }),
  });
  slow.asked('qry_1');
  const running = slow.look();
  await asked.promise;
  machine.now += 15_000;
  await jobsOf(t, machine, 'n2', { isLeader: () => true }).look();
  gate.resolve();
  await running;
  const { answers } = threadOf(machine, 'qry_1');
  t.equal(answers.length, 1);
  t.match(answers, [{ tutor: { mode: 'retrieval' } }]);
});

t.test('a run keeps its lease while the model thinks, and stops when it is replaced', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const machine = await school(t);
  ask(machine, 'qry_1');
  const asked = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const model: ChatModel = {
    model: 'double',
    async *chat(_messages, { signal }) {
      asked.resolve();
      await new Promise((_resolve, reject) => {
        const stop = () => reject(new OllamaError('cancelled', 'stopped'));
        signal?.addEventListener('abort', stop, { once: true });
      }).finally(() => stopped.resolve());
      yield '';
    },
  };
  const jobs = jobsOf(t, machine, 'n1', { model });
  jobs.asked('qry_1');
  const running = jobs.look();
  await asked.promise;
  const other = { query_id: 'qry_1', node_id: 'n2', claim_id: 'other' };
  for (let n = 0; n < 5; n += 1) {
    machine.now += 5_000;
    mock.timers.tick(5_000);
    t.equal(machine.code(null, 'CLAIM_QUERY', other), 'conflict', `after ${5 * (n + 1)} s`);
  }
  machine.now += 15_000;
  t.equal(machine.code(null, 'CLAIM_QUERY', other), 'ok');
  mock.timers.tick(5_000);
  await stopped.promise;
  await running;
  t.match(threadOf(machine, 'qry_1'), { tutor: 'answering', answer_count: 0 });
});

t.test('an answer that had no majority is sent again, and stands once', async (t) => {
  const machine = await school(t);
  ask(machine, 'qry_1');
  let lost = 0;
  const jobs = jobsOf(t, machine, 'n1', {
    submit: (kind, payload) => {
      const result = machine.apply(null, kind, payload);
      // It was applied, but nobody could say so.
      if (kind === 'ANSWER_QUERY' && lost++ === 0) return Promise.reject(new Error('no majority'));
      return Promise.resolve(result);
    },
  });
  jobs.asked('qry_1');
  await jobs.look();
  t.equal(lost, 2);
  t.equal(threadOf(machine, 'qry_1').answers.length, 1);
});

t.test('a node that stops leaves the query to others', async (t) => {
  const machine = await school(t);
  ask(machine, 'qry_1');
  const asked = Promise.withResolvers<void>();
  const model: ChatModel = {
    model: 'double',
    async *chat(_messages, { signal }) {
      asked.resolve();
      await new Promise((_resolve, reject) => {
        const stop = () => reject(new OllamaError('cancelled', 'stopped'));
        signal?.addEventListener('abort', stop, { once: true });
      });
      yield '';
    },
  };
  const jobs = jobsOf(t, machine, 'n1', { model });
  jobs.asked('qry_1');
  await asked.promise;
  await jobs.stop();
  t.match(threadOf(machine, 'qry_1'), { tutor: 'answering', answer_count: 0 });
});
