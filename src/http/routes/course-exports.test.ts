import { createHash, randomBytes } from 'node:crypto';
import t from 'tap';
import { until } from '../../../test/fixtures/until.ts';
import { itemsOf } from '../testing-course.ts';
import {
  exportedPackage,
  makeInCourse,
  richCourse,
  uploadText,
} from '../testing-course-packages.ts';

t.test('every entry has the digest that the manifest gives', async (t) => {
  const { files } = await exportedPackage(await richCourse(t));
  const manifest = JSON.parse(files['manifest.json']?.toString() ?? '');
  t.match(manifest, { format: 'quorum-lms-course', format_version: 2, has_people: false });
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
  const { files } = await exportedPackage(s, s.course_id, '?people=true');
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
  t.notOk((await exportedPackage(s)).files['people.json']);
});

t.test('who stops reading leaves nothing open', async (t) => {
  const s = await richCourse(t);
  const file_id = await uploadText(s, 'large.txt', randomBytes(3_000_000).toString('hex'));
  const path = `/v1/courses/${s.course_id}`;
  await makeInCourse(s, `POST ${path}/materials`, { title: 'Large', file_id });
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
