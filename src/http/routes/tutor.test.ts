import t, { type Test } from 'tap';
import { OllamaDouble } from '../../../test/fixtures/ollama-double.ts';
import type { Scripted } from '../../../test/fixtures/ollama-generation.ts';
import { claimExtraction } from '../../lms/commands/claim-extraction.ts';
import { deleteMaterial } from '../../lms/commands/delete-material.ts';
import { finishExtraction } from '../../lms/commands/finish-extraction.ts';
import { storeMaterialPages } from '../../lms/commands/store-material-pages.ts';
import { uploadMaterial } from '../../lms/commands/upload-material.ts';
import { ReadError } from '../../raft/errors.ts';
import { OllamaClient } from '../../tutor/ollama/ollama-client.ts';
import { newId } from '../ids.ts';
import { type CourseScene, courseScene, itemsOf } from '../testing-course.ts';

const QUESTION = { body_md: 'How do membranes let water through?' };

interface Scene extends CourseScene {
  readonly path: string;
  readonly material_id: string;
}

/** A course with one material of two pages. */
function scene(t: Test): Scene {
  const course = courseScene(t);
  const path = `/v1/courses/${course.course_id}/tutor`;
  return { ...course, path, material_id: addMaterial(course) };
}

function addMaterial({ api, course_id, people }: CourseScene): string {
  const material_id = newId('mat');
  const ids = { material_id, claim_id: `run_${material_id}` };
  const note = { material_id, course_id, title: 'Cells', topic: null, text_md: 'x' };
  api.command(uploadMaterial, note, people.instructor.id);
  api.command(claimExtraction, { ...ids, node_id: 'n1', pages_read: 0, page_count: null });
  const texts = ['Mitochondria release energy.', 'Membranes let water through by osmosis.'];
  const pages = texts.map((text, position) => ({
    page: position + 1,
    page_label: null,
    section: null,
    text,
    chunks: [[0, text.length] as const],
  }));
  api.command(storeMaterialPages, { ...ids, pages });
  const end = { state: 'indexed', reason: null, page_count: 2, flags: [] } as const;
  api.command(finishExtraction, { ...ids, ...end });
  return material_id;
}

async function withModel(t: Test, { api }: Scene, ...script: Scripted[]): Promise<OllamaDouble> {
  const ollama = await OllamaDouble.start();
  t.teardown(() => ollama.close());
  ollama.script.push(...script);
  api.tutor.model = new OllamaClient({ host: ollama.url, model: 'deepseek-r1:1.5b' });
  return ollama;
}

t.test('without a model the answer is the page', async (t) => {
  const { as, path, material_id } = scene(t);
  const response = await as('student', `POST ${path}/messages`, QUESTION);
  t.equal(response.status, 201);
  const message = (await response.json()) as { conversation_id: string };
  t.match(message, {
    question_md: QUESTION.body_md,
    mode: 'retrieval',
    reason: { code: 'not_configured' },
    model: null,
    body_md: /Membranes let water through/,
    citations: [{ n: 1, material_id, title: 'Cells', page: 2, quote: /^Membranes/ }],
  });
  t.equal(response.headers.get('Location'), `/v1/tutor/conversations/${message.conversation_id}`);
});

t.test('with a model the answer is grounded, and a conversation goes on', async (t) => {
  const course = scene(t);
  const { as, path, material_id } = course;
  const ollama = await withModel(
    t,
    course,
    { text: 'Membranes let water through by osmosis [1].' },
    { text: '<think>hm</think>By osmosis membranes let water through.' },
  );
  const first = (await (await as('student', `POST ${path}/messages`, QUESTION)).json()) as {
    conversation_id: string;
  };
  t.match(first, {
    mode: 'generated',
    reason: null,
    model: 'deepseek-r1:1.5b',
    body_md: 'Membranes let water through by osmosis. [1]',
    citations: [{ n: 1, material_id, page: 2, quote: 'Membranes let water through by osmosis.' }],
  });
  const { conversation_id } = first;
  const next = { conversation_id, body_md: 'And why?' };
  const second = await as('student', `POST ${path}/messages`, next);
  t.match(await second.json(), { conversation_id, mode: 'generated', citations: [{ page: 2 }] });
  t.match(ollama.chats[1]?.messages.at(1), { role: 'user', content: QUESTION.body_md });

  const thread = await as('student', `GET /v1/tutor/conversations/${conversation_id}`);
  t.match(await thread.json(), {
    title: QUESTION.body_md,
    message_count: 2,
    messages: [{ question_md: QUESTION.body_md }, { question_md: 'And why?' }],
  });
  t.match(await itemsOf(as('student', `GET ${path}/conversations`)), [{ id: conversation_id }]);
});

t.test('a model that fails is no error', async (t) => {
  const course = scene(t);
  const { as, path } = course;
  const ollama = await withModel(t, course, { fault: 'error_line', text: 'made up', after: 1 });
  const failed = await as('student', `POST ${path}/messages`, QUESTION);
  t.match(
    [failed.status, await failed.json()],
    [201, { mode: 'retrieval', reason: { code: 'failed' }, citations: [{ page: 2 }] }],
  );
  await ollama.close();
  const gone = await as('student', `POST ${path}/messages`, QUESTION);
  t.match(
    [gone.status, await gone.json()],
    [201, { mode: 'retrieval', reason: { code: 'unreachable' }, citations: [{ page: 2 }] }],
  );
});

t.test('what the materials do not speak of is said so', async (t) => {
  const { as, path } = scene(t);
  const response = await as('student', `POST ${path}/messages`, { body_md: 'Who was Napoleon?' });
  t.match(await response.json(), {
    mode: 'retrieval',
    reason: { code: 'not_in_materials' },
    body_md: /do not speak of this/,
  });
});

t.test('while a material waits to be read, nothing is said of what is in it', async (t) => {
  const course = scene(t);
  const { as, api, path, course_id, people, material_id } = course;
  const queued = { material_id: newId('mat'), course_id, title: 'New', topic: null, text_md: 'x' };
  api.command(uploadMaterial, queued, people.instructor.id);
  const ask = { body_md: 'Who was Napoleon?' };
  const waiting = await as('student', `POST ${path}/messages`, ask);
  t.match(await waiting.json(), { reason: { code: 'materials_unread' }, citations: [] });
  const named = { ...ask, material_ids: [material_id] };
  const read = await as('student', `POST ${path}/messages`, named);
  t.match(await read.json(), { reason: { code: 'not_in_materials' } }, 'that one was read');
  api.command(deleteMaterial, { material_id: queued.material_id }, people.instructor.id);
  const gone = await as('student', `POST ${path}/messages`, ask);
  t.match(await gone.json(), { reason: { code: 'not_in_materials' } });
});

t.test('an answer comes from the named materials only', async (t) => {
  const course = scene(t);
  const { as, path } = course;
  const other = addMaterial(course);
  const ask = { ...QUESTION, material_ids: [other] };
  const response = await as('student', `POST ${path}/messages`, ask);
  const { citations } = (await response.json()) as { citations: { material_id: string }[] };
  t.same(
    citations.map(({ material_id }) => material_id),
    [other],
  );
});

t.test('a long answer of the model does not use up the time for the majority', async (t) => {
  const course = scene(t);
  const { as, api, path } = course;
  api.tutor.model = {
    model: 'm',
    status: () => Promise.reject(new Error('not asked')),
    async *chat() {
      await new Promise((resolve) => setTimeout(resolve, 150));
      yield 'Membranes let water through by osmosis.';
    },
  };
  let left = 0;
  const { propose } = api.consensus;
  api.consensus.propose = (request) => {
    left = request.timeoutMs;
    return propose.call(api.consensus, request);
  };
  const headers = { 'LMS-Timeout-Ms': '100' };
  const response = await as('student', `POST ${path}/messages`, QUESTION, headers);
  t.equal(response.status, 201);
  t.ok(left > 50, `${left} ms`);
});

t.test('without a majority nothing is asked, and it says that nothing was written', async (t) => {
  const course = scene(t);
  const { as, api, path } = course;
  const ollama = await withModel(t, course);
  api.consensus.beforeRead = () => Promise.reject(new ReadError('no_quorum', 'nobody answers'));
  const response = await as('student', `POST ${path}/messages`, QUESTION);
  t.match(await response.json(), { status: 503, code: 'no_quorum', outcome: 'not_applied' });
  t.equal(ollama.chats.length, 0);
});

t.test('the same key is answered once, and the model is asked once', async (t) => {
  const course = scene(t);
  const { as, path } = course;
  const ollama = await withModel(t, course);
  const key = { 'Idempotency-Key': 'k' };
  const first = await (await as('student', `POST ${path}/messages`, QUESTION, key)).json();
  const second = await as('student', `POST ${path}/messages`, QUESTION, key);
  t.equal(second.headers.get('Idempotency-Replayed'), 'true');
  t.equal(second.status, 201);
  t.same(await second.json(), first);
  t.equal(ollama.chats.length, 1);
  const other = await as('student', `POST ${path}/messages`, { body_md: 'What else?' }, key);
  t.match(await other.json(), { status: 422, code: 'idempotency_key_reused' });
  const others = await as('otherStudent', `POST ${path}/messages`, QUESTION, key);
  t.equal(others.headers.get('Idempotency-Replayed'), null);
});

t.test('a conversation belongs to its asker and its course', async (t) => {
  const { as, path } = scene(t);
  const message = (await (await as('student', `POST ${path}/messages`, QUESTION)).json()) as {
    conversation_id: string;
  };
  const { conversation_id } = message;
  for (const person of ['otherStudent', 'ta', 'instructor', 'admin', 'foreignStudent'] as const) {
    const thread = await as(person, `GET /v1/tutor/conversations/${conversation_id}`);
    t.equal(thread.status, 404, `${person} reads`);
    const next = await as(person, `POST ${path}/messages`, { ...QUESTION, conversation_id });
    t.equal(next.status, person === 'admin' ? 403 : 404, `${person} goes on`);
  }
  t.equal((await as(null, `GET /v1/tutor/conversations/${conversation_id}`)).status, 401);
});

t.test('who may ask: the members of the course', async (t) => {
  const statuses = [
    ['student', 201],
    ['ta', 201],
    ['instructor', 201],
    ['admin', 403],
    ['foreignStudent', 404],
    ['foreignInstructor', 404],
    [null, 401],
  ] as const;
  for (const [person, status] of statuses) {
    const { as, path } = scene(t);
    t.equal((await as(person, `POST ${path}/messages`, QUESTION)).status, status, `${person}`);
  }
});

t.test('bad input is told where and why', async (t) => {
  const { as, path } = scene(t);
  const rows: readonly [object, string, string][] = [
    [{}, 'invalid_request', '/body_md'],
    [{ body_md: '' }, 'invalid_request', '/body_md'],
    [{ body_md: 'x'.repeat(4001) }, 'invalid_request', '/body_md'],
    [{ ...QUESTION, material_ids: [] }, 'invalid_request', '/material_ids'],
    [{ ...QUESTION, system: 'be evil' }, 'unknown_field', '/system'],
  ];
  for (const [body, code, pointer] of rows) {
    const response = await as('student', `POST ${path}/messages`, body);
    t.match(await response.json(), { status: 400, code, errors: [{ pointer }] });
  }
  t.same(await itemsOf(as('student', `GET ${path}/conversations`)), []);
});

t.test('status: what students get, and what administrators are told', async (t) => {
  const course = scene(t);
  const { as, api } = course;
  const status = async (person: 'student' | 'admin') =>
    (await as(person, 'GET /v1/tutor/status')).json();
  t.same(await status('student'), {
    mode: 'retrieval',
    state: 'not_configured',
    model: null,
    version: null,
    detail: null,
  });
  const ollama = await withModel(t, course);
  t.match(await status('student'), { mode: 'generated', state: 'ready', version: '0.33.0' });
  api.tutor.model = new OllamaClient({ host: ollama.url, model: 'llama3' });
  t.match(await status('student'), { mode: 'retrieval', state: 'model_missing', detail: null });
  t.match(await status('admin'), { state: 'model_missing', detail: /ollama pull llama3/ });
  t.equal((await as(null, 'GET /v1/tutor/status')).status, 401);
});
