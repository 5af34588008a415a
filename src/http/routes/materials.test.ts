import t, { type Test } from 'tap';
import { claimExtraction } from '../../lms/commands/claim-extraction.ts';
import { finishExtraction } from '../../lms/commands/finish-extraction.ts';
import { storeMaterialPages } from '../../lms/commands/store-material-pages.ts';
import { type CourseScene, courseScene, itemsOf } from '../testing-course.ts';

const NOTE = { title: 'Cells', text_md: 'Mitochondria release energy.' };

async function upload({ as, course_id }: CourseScene, body: object = NOTE): Promise<string> {
  const response = await as('instructor', `POST /v1/courses/${course_id}/materials`, body);
  return ((await response.json()) as { id: string }).id;
}

/** As the job of a node does it. */
function index({ api }: CourseScene, material_id: string, texts: readonly string[]): void {
  const ids = { material_id, claim_id: `run_${material_id}` };
  api.command(claimExtraction, { ...ids, node_id: 'n1', pages_read: 0, page_count: null });
  const pages = texts.map((text, position) => ({
    page: position + 1,
    page_label: null,
    section: null,
    text,
    chunks: [[0, text.length] as const],
  }));
  api.command(storeMaterialPages, { ...ids, pages });
  api.command(finishExtraction, {
    ...ids,
    state: 'indexed',
    reason: null,
    page_count: texts.length,
    flags: [{ code: 'invisible_text', pages: [1] }],
  });
}

async function scene(t: Test): Promise<CourseScene & { id: string }> {
  const course = courseScene(t);
  return { ...course, id: await upload(course) };
}

t.test('a material is uploaded, listed, renamed and deleted', async (t) => {
  const course = courseScene(t);
  const { as, api, course_id } = course;
  const file_id = course.file('ta');
  const path = `/v1/courses/${course_id}/materials`;
  const posted = await as('ta', `POST ${path}`, { title: 'Notes', topic: 'cells', file_id });
  t.equal(posted.status, 201);
  const material = (await posted.json()) as { id: string };
  t.match(material, {
    title: 'Notes',
    topic: 'cells',
    file: { id: file_id, filename: 'notes.txt' },
    text_md: null,
    extraction: { state: 'queued', reason: null, page_count: null, pages_read: 0 },
    version: 1,
  });
  t.equal(posted.headers.get('Location'), `/v1/materials/${material.id}`);
  t.equal(posted.headers.get('ETag'), '"1"');
  t.same(api.tutor.uploads, [material.id], 'this node begins to read it');
  t.match(await itemsOf(as('student', `GET ${path}`)), [{ id: material.id }]);

  const one = `/v1/materials/${material.id}`;
  const stale = await as('ta', `PATCH ${one}`, { title: 'X' }, { 'If-Match': '"7"' });
  t.match(await stale.json(), { status: 412, code: 'version_mismatch', current_version: 1 });
  const renamed = await as('ta', `PATCH ${one}`, { title: 'New', topic: null });
  t.match(await renamed.json(), { title: 'New', topic: null, version: 2 });
  t.equal((await as('instructor', `DELETE ${one}`, undefined, { 'If-Match': '"2"' })).status, 204);
  t.equal((await as('student', `GET ${one}`)).status, 404);
  t.same(await itemsOf(as('student', `GET ${path}`)), []);
});

t.test('a text is a material too', async (t) => {
  const { as, id } = await scene(t);
  t.match(await (await as('student', `GET /v1/materials/${id}`)).json(), { ...NOTE, file: null });
});

t.test('the same key uploads once', async (t) => {
  const { as, course_id } = courseScene(t);
  const path = `/v1/courses/${course_id}/materials`;
  const key = { 'Idempotency-Key': 'k' };
  const first = await (await as('ta', `POST ${path}`, NOTE, key)).json();
  const second = await as('ta', `POST ${path}`, NOTE, key);
  t.equal(second.headers.get('Idempotency-Replayed'), 'true');
  t.same(await second.json(), first);
  t.equal((await itemsOf(as('ta', `GET ${path}`))).length, 1);
});

t.test('its text is read page by page, and flags are shown', async (t) => {
  const course = await scene(t);
  const { as, id } = course;
  index(course, id, ['one', 'two', 'three']);
  t.match(await (await as('student', `GET /v1/materials/${id}`)).json(), {
    extraction: {
      state: 'indexed',
      page_count: 3,
      pages_read: 3,
      flags: [{ code: 'invisible_text', pages: [1] }],
    },
  });
  const texts = async (query: string) => {
    const response = await as('student', `GET /v1/materials/${id}/pages${query}`);
    const page = (await response.json()) as { items: { text: string }[]; next_cursor: string };
    return { texts: page.items.map(({ text }) => text), next: page.next_cursor };
  };
  t.same(await texts(''), { texts: ['one', 'two', 'three'], next: null });
  t.same(await texts('?from=2&to=2'), { texts: ['two'], next: null });
  const first = await texts('?from=1&to=2&limit=1');
  t.same(first.texts, ['one']);
  t.same(await texts(`?from=1&to=2&limit=1&cursor=${first.next}`), { texts: ['two'], next: null });
});

t.test('the search finds passages of this course only', async (t) => {
  const course = await scene(t);
  const { as, course_id, id } = course;
  index(course, id, ['Mitochondria release energy.', 'Membranes let water through.']);
  const search = (person: 'student' | 'foreignStudent', q: string) =>
    as(person, `GET /v1/courses/${course_id}/materials/search?${new URLSearchParams({ q })}`);
  t.match(await itemsOf(search('student', 'What do membranes do?')), [
    { material_id: id, title: 'Cells', page: 2, text: /^Membranes/ },
  ]);
  t.same(await itemsOf(search('student', '"AND ( OR *')), []);
  t.same(await itemsOf(search('student', '???')), []);
  t.equal((await search('foreignStudent', 'membranes')).status, 404);
});

const BAD: readonly [name: string, body: object, code: string, pointer: string][] = [
  ['neither file nor text', { title: 'x' }, 'invalid_request', '/file_id'],
  ['both', { ...NOTE, file_id: 'fil_1' }, 'invalid_request', '/file_id'],
  ['no title', { text_md: 'x' }, 'invalid_request', '/title'],
  ['an empty text', { title: 'x', text_md: '' }, 'invalid_request', '/text_md'],
  ['too long a text', { title: 'x', text_md: 'x'.repeat(200_001) }, 'invalid_request', '/text_md'],
  ['a state', { ...NOTE, extraction: {} }, 'unknown_field', '/extraction'],
];

t.test('bad input is told where and why', async (t) => {
  const course = courseScene(t);
  const { as, course_id } = course;
  const path = `/v1/courses/${course_id}/materials`;
  for (const [name, body, code, pointer] of BAD) {
    const response = await as('instructor', `POST ${path}`, body);
    t.match(await response.json(), { status: 400, code, errors: [{ pointer }] }, name);
  }
  const foreign = await as('instructor', `POST ${path}`, {
    title: 'x',
    file_id: course.file('ta'),
  });
  t.match(await foreign.json(), { status: 422, errors: [{ pointer: '/file_id' }] });
  for (const query of ['?q=', '', '?q=x&limit=51', '?q=x&foo=1']) {
    t.equal((await as('ta', `GET ${path}/search${query}`)).status, 400, query);
  }
  t.same(course.api.tutor.uploads, []);
});

/** Statuses for: nobody, student, ta, instructor, admin, foreign student, foreign instructor. */
const PEOPLE = [
  null,
  'student',
  'ta',
  'instructor',
  'admin',
  'foreignStudent',
  'foreignInstructor',
] as const;

const ACCESS: readonly [target: string, body: object | undefined, statuses: string][] = [
  ['GET /v1/courses/{c}/materials', undefined, '401 200 200 200 200 404 404'],
  ['POST /v1/courses/{c}/materials', NOTE, '401 403 201 201 201 404 404'],
  ['GET /v1/courses/{c}/materials/search?q=x', undefined, '401 200 200 200 200 404 404'],
  ['GET /v1/materials/{m}', undefined, '401 200 200 200 200 404 404'],
  ['GET /v1/materials/{m}/pages', undefined, '401 200 200 200 200 404 404'],
  ['PATCH /v1/materials/{m}', { title: 'x' }, '401 403 200 200 200 404 404'],
  ['DELETE /v1/materials/{m}', undefined, '401 403 204 204 204 404 404'],
];

for (const [target, body, statuses] of ACCESS) {
  t.test(`${target}: ${statuses}`, async (t) => {
    for (const [n, person] of PEOPLE.entries()) {
      const { as, course_id, id } = await scene(t);
      const path = target.replace('{c}', course_id).replace('{m}', id);
      t.equal((await as(person, path, body)).status, Number(statuses.split(' ')[n]), `${person}`);
    }
  });
}
