import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { until } from '../../../test/fixtures/until.ts';
import { zipOf } from '../../lms/imports/test-rosters.ts';
import { openZip } from '../../lms/imports/zip-entries.ts';
import { TestApi } from '../testing.ts';
import { checkAnswer } from '../testing-answers.ts';
import { type CourseScene, courseScene, itemsOf, type Person } from '../testing-course.ts';

type Files = Record<string, Buffer>;

/** An upload of the instructor, with bytes. */
async function upload(s: CourseScene, filename: string, content: string): Promise<string> {
  const response = await s.api.app.request(`/v1/files?filename=${filename}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${s.people.instructor.token}`, 'Content-Type': 'text/plain' },
    body: content,
  });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { id: string }).id;
}

const RUBRIC = {
  criteria: [
    {
      id: 'c',
      title: 'Clarity',
      description_md: 'Clear?',
      points: 7.5,
      levels: [{ id: 'l', title: 'Low', points: 1 }],
    },
  ],
};

async function made(s: CourseScene, target: string, body: object): Promise<void> {
  const response = await s.as('instructor', target, body);
  if (response.status !== 201) throw new Error(await response.text());
}

/** A course with everything that a package has. */
async function richCourse(t: Test): Promise<CourseScene> {
  const s = courseScene(t);
  const sheet = await upload(s, 'sheet.txt', 'The sheet.');
  const path = `/v1/courses/${s.course_id}`;
  await made(s, `POST ${path}/assignments`, {
    title: 'Essay',
    body_md: '# Write\n\nä',
    points_possible: 12.345,
    due_at: '2027-01-01T10:00:00+02:00',
    max_attempts: 3,
    topics: ['a', 'b'],
    weight: 0.5,
    extra_credit: true,
    attachments: [sheet],
    rubric: RUBRIC,
    late_policy: { rate_percent: 5.25, interval_seconds: 3600 },
  });
  await made(s, `POST ${path}/assignments`, {
    title: 'Second',
    points_possible: 1,
    attachments: [sheet],
  });
  const notes = await upload(s, 'notes.md', '# Notes\n');
  await made(s, `POST ${path}/materials`, {
    title: 'Notes',
    topic: 'a',
    file_id: notes,
  });
  await made(s, `POST ${path}/materials`, { title: 'Text', text_md: 'Words.' });
  return s;
}

async function exported(
  s: CourseScene,
  courseId = s.course_id,
  query = '',
): Promise<{ zip: Buffer; files: Files }> {
  const response = await s.as('instructor', `GET /v1/courses/${courseId}/export${query}`);
  if (response.status !== 200) throw new Error(await response.text());
  const zip = Buffer.from(await response.arrayBuffer());
  return { zip, files: await unzipped(zip) };
}

async function unzipped(zip: Buffer): Promise<Files> {
  const entries = await openZip(zip, 5_000);
  const files: Files = {};
  for (const name of entries.names) files[name] = await buffer(await entries.open(name));
  return files;
}

async function send(
  api: TestApi,
  token: string,
  zip: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  const path = '/v1/courses/import';
  const response = await api.app.request(path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/zip', ...headers },
    body: new Uint8Array(zip),
  });
  await checkAnswer(api.app, 'POST', path, response);
  return response;
}

interface Imported {
  readonly course: { readonly id: string };
  readonly ids: Record<string, string>;
}

/** With the ids of another course. */
function renamed(content: Buffer | undefined, ids: Record<string, string>): string {
  let text = content?.toString() ?? '';
  for (const [old, fresh] of Object.entries(ids)) text = text.replaceAll(old, fresh);
  return text;
}

function sameUpToIds(t: Test, before: Files, after: Files, ids: Record<string, string>): void {
  t.same(Object.keys(after), Object.keys(before));
  for (const name of Object.keys(before)) {
    if (name === 'manifest.json') continue;
    t.equal(renamed(before[name], ids), after[name]?.toString(), name);
  }
}

t.test('export, import, export: the same up to ids', async (t) => {
  const s = await richCourse(t);
  const first = await exported(s);
  t.same(
    Object.keys(first.files).filter((name) => !name.startsWith('file-')),
    ['course.json', 'assignments.json', 'materials.json', 'manifest.json'],
  );
  const response = await send(s.api, s.people.instructor.token, first.zip);
  t.equal(response.status, 201);
  const { course, ids } = (await response.json()) as Imported;
  t.equal(response.headers.get('Location'), `/v1/courses/${course.id}`);
  t.equal(ids[s.course_id], course.id);
  t.equal(Object.keys(ids).length, 1 + 2 + 2);
  const second = await exported(s, course.id);
  sameUpToIds(t, first.files, second.files, ids);
  t.equal(s.api.blobs.staged.size + s.api.blobs.opened.size, 0);
  t.same((await exported(s)).zip, first.zip, 'the same bytes whenever it is exported');

  const [essay] = await itemsOf<{ title: string; points_possible: number; due_at: string }>(
    s.as('instructor', `GET /v1/courses/${course.id}/assignments`),
  );
  t.match(essay, { title: 'Essay', points_possible: 12.345, due_at: '2027-01-01T08:00:00.000Z' });
});

t.test('into another cluster', async (t) => {
  const s = await richCourse(t);
  const { zip, files } = await exported(s);
  const api = new TestApi();
  t.teardown(() => api.close());
  const eve = api.user('eve', 'instructor');
  const { course, ids } = (await (await send(api, eve.token, zip)).json()) as Imported;
  const { token } = eve;
  const again = await api.request(`GET /v1/courses/${course.id}/export`, { token });
  sameUpToIds(t, files, await unzipped(Buffer.from(await again.arrayBuffer())), ids);
});

t.test('every entry has the digest that the manifest gives', async (t) => {
  const { files } = await exported(await richCourse(t));
  const manifest = JSON.parse(files['manifest.json']?.toString() ?? '');
  t.match(manifest, { format: 'quorum-lms-course', format_version: 1, has_people: false });
  t.same(
    manifest.entries.map(({ name }: { name: string }) => name),
    Object.keys(files).filter((name) => name !== 'manifest.json'),
  );
  for (const { name, sha256, size_bytes } of manifest.entries) {
    t.equal(
      createHash('sha256')
        .update(files[name] ?? '')
        .digest('hex'),
      sha256,
      name,
    );
    t.equal(files[name]?.length, size_bytes);
  }
});

t.test('with people, their work and their grades, when asked for', async (t) => {
  const s = await richCourse(t);
  const [essay] = await itemsOf<{ id: string }>(
    s.as('instructor', `GET /v1/courses/${s.course_id}/assignments?limit=1`),
  );
  const handedIn = await s.as('student', `POST /v1/assignments/${essay?.id}/submissions`, {
    text_md: 'Mine.',
  });
  const { id } = (await handedIn.json()) as { id: string };
  await s.as(
    'instructor',
    `PUT /v1/submissions/${id}/grade`,
    { points: 3.5, feedback_md: 'ok', state: 'posted' },
    { 'If-None-Match': '*' },
  );
  await s.as('student', `POST /v1/submissions/${id}/regrade-requests`, { reason_md: 'Page 3.' });
  const { files } = await exported(s, s.course_id, '?people=true');
  const people = JSON.parse(files['people.json']?.toString() ?? '');
  t.same(people.map(({ username }: { username: string }) => username).sort(), [
    'ann',
    'stu',
    'sue',
    'tom',
  ]);
  t.match(JSON.parse(files['submissions.json']?.toString() ?? ''), [
    {
      student_id: s.people.student.id,
      attempts: [{ number: 1, text_md: 'Mine.' }],
      grades: [{ points: 3.5, rubric_points: null, state: 'posted' }],
      regrade_requests: [{ state: 'open', reason_md: 'Page 3.', answered_at: null }],
    },
  ]);
  t.notOk((await exported(s)).files['people.json']);
});

t.test('who may', async (t) => {
  const s = await richCourse(t);
  const { zip } = await exported(s);
  const expected: [Person, number, number][] = [
    ['student', 403, 403],
    ['ta', 403, 403],
    ['instructor', 200, 201],
    ['admin', 200, 201],
    ['foreignStudent', 404, 403],
    ['foreignInstructor', 404, 201],
  ];
  for (const [person, exporting, importing] of expected) {
    const response = await s.as(person, `GET /v1/courses/${s.course_id}/export`);
    t.equal(response.status, exporting, person);
    await response.arrayBuffer();
    t.equal((await send(s.api, s.people[person].token, zip)).status, importing, person);
  }
});

t.test('a bad package makes no course', async (t) => {
  const s = await richCourse(t);
  const { files, zip } = await exported(s);
  const file = Object.keys(files).find((name) => name.startsWith('file-')) ?? '';
  const without = (name: string) =>
    Object.fromEntries(Object.entries(files).filter(([one]) => one !== name));
  const resigned = (name: string, content: string) => {
    const manifest = JSON.parse(files['manifest.json']?.toString() ?? '');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const entries = manifest.entries.map((one: { name: string }) =>
      one.name === name ? { ...one, sha256 } : one,
    );
    return { ...files, [name]: content, 'manifest.json': JSON.stringify({ ...manifest, entries }) };
  };
  const assignments = files['assignments.json']?.toString() ?? '';
  const bad: [string, Uint8Array, string, RegExp][] = [
    ['no zip', Buffer.from('nothing'), 'not_a_zip', /zip/],
    ['no manifest', await zipOf(without('manifest.json')), 'manifest_mismatch', /manifest\.json/],
    [
      'another version',
      await zipOf({
        ...files,
        'manifest.json': '{"format":"quorum-lms-course","format_version":2,"entries":[]}',
      }),
      'invalid_value',
      /format_version/,
    ],
    [
      'a changed JSON',
      await zipOf({
        ...files,
        'course.json': (files['course.json']?.toString() ?? '').replace('Course', 'Curse'),
      }),
      'damaged',
      /course\.json/,
    ],
    ['no JSON', await zipOf(resigned('course.json', '{')), 'invalid_value', /JSON/],
    [
      'an unknown field',
      await zipOf(resigned('assignments.json', assignments.replace('"title"', '"tytle"'))),
      'invalid_value',
      /assignments\.json/,
    ],
    ['a missing file', await zipOf(without(file)), 'manifest_mismatch', /file-/],
    [
      'a changed file',
      await zipOf({ ...files, [file]: `${files[file]?.toString().slice(0, -1)}?` }),
      'damaged',
      /SHA-256/,
    ],
    ['a folder', await zipOf({ ...files, 'a/b': 'x' }), 'nested_folder', /root/],
    ['cut off', zip.subarray(0, zip.length - 40), 'not_a_zip', /zip/],
  ];
  const before = (await itemsOf(s.as('admin', 'GET /v1/courses'))).length;
  for (const [name, body, code, detail] of bad) {
    const response = await send(s.api, s.people.instructor.token, body);
    t.equal(response.status, 422, name);
    const { errors } = (await response.json()) as { errors: { code: string; detail: string }[] };
    t.equal(errors[0]?.code, code, `${name}: ${errors[0]?.detail}`);
    t.match(errors[0]?.detail, detail, name);
  }
  const dates = assignments.replace('"unlock_at":null', '"unlock_at":"2028-01-01T00:00:00.000Z"');
  const refused = await send(
    s.api,
    s.people.instructor.token,
    await zipOf(resigned('assignments.json', dates)),
  );
  t.match(await refused.json(), { code: 'invalid_value', outcome: 'not_applied' });
  t.equal((await itemsOf(s.as('admin', 'GET /v1/courses'))).length, before);
  t.equal(s.api.blobs.staged.size, 0);
});

t.test('once per key; a large course goes through the log in parts', async (t) => {
  const s = courseScene(t);
  for (let n = 0; n < 6; n += 1) s.assignment({ title: `A${n}`, body_md: 'x'.repeat(100_000) });
  const { zip, files } = await exported(s);
  const key = { 'Idempotency-Key': 'once' };
  const index = s.api.machine.applied.index;
  const first = (await (await send(s.api, s.people.instructor.token, zip, key)).json()) as Imported;
  t.equal(s.api.machine.applied.index, index + 3 + 1, 'three parts and the last word');
  const again = await send(s.api, s.people.instructor.token, zip, key);
  t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  t.same(await again.json(), first);
  sameUpToIds(t, files, (await exported(s, first.course.id)).files, first.ids);
});

t.test('who stops reading leaves nothing open', async (t) => {
  const s = await richCourse(t);
  const file_id = await upload(s, 'large.txt', randomBytes(3_000_000).toString('hex'));
  const path = `/v1/courses/${s.course_id}`;
  await made(s, `POST ${path}/materials`, { title: 'Large', file_id });
  const response = await s.as('instructor', `GET ${path}/export`);
  const reader = response.body?.getReader();
  for (let bytes = 0; bytes < 100_000; ) {
    const { value } = (await reader?.read()) ?? {};
    bytes += (value as Uint8Array | undefined)?.length ?? 0;
  }
  t.equal(s.api.blobs.opened.size, 1, 'in the middle of the large file');
  await reader?.cancel();
  await until('the file is closed', () =>
    Promise.resolve(s.api.blobs.opened.size === 0 ? true : undefined),
  );
});

t.test('a file that no node has breaks the answer off', async (t) => {
  const s = await richCourse(t);
  s.api.blobs.kept.clear();
  const response = await s.as('instructor', `GET /v1/courses/${s.course_id}/export`);
  await t.rejects(response.arrayBuffer());
});
