import t from 'tap';
import { zipOf } from '../../lms/imports/test-rosters.ts';
import { TestApi } from '../testing.ts';
import { courseScene, itemsOf, type Person } from '../testing-course.ts';
import {
  exportedPackage,
  type ImportedCourse,
  makeInCourse,
  richCourse,
  sameUpToIds,
  sendPackage,
  unzipped,
  uploadText,
} from '../testing-course-packages.ts';

t.test('export, import, export: the same up to ids', async (t) => {
  const s = await richCourse(t);
  const first = await exportedPackage(s);
  t.same(
    Object.keys(first.files).filter((name) => !name.startsWith('file-')),
    ['course.json', 'assignments.json', 'materials.json', 'announcements.json', 'manifest.json'],
  );
  const response = await sendPackage(s.api, s.people.instructor.token, first.zip);
  t.equal(response.status, 201);
  const { course, ids } = (await response.json()) as ImportedCourse;
  t.equal(response.headers.get('Location'), `/v1/courses/${course.id}`);
  t.equal(ids[s.course_id], course.id);
  t.equal(Object.keys(ids).length, 1 + 2 + 2);
  const second = await exportedPackage(s, course.id);
  sameUpToIds(t, first.files, second.files, ids);
  t.equal(s.api.blobs.staged.size + s.api.blobs.opened.size, 0);
  t.same((await exportedPackage(s)).zip, first.zip, 'the same bytes whenever it is exported');

  const [essay] = await itemsOf<{ title: string; points_possible: number; due_at: string }>(
    s.as('instructor', `GET /v1/courses/${course.id}/assignments`),
  );
  t.match(essay, { title: 'Essay', points_possible: 12.345, due_at: '2027-01-01T08:00:00.000Z' });
});

t.test('the same bytes under two names keep both', async (t) => {
  const s = courseScene(t);
  const path = `/v1/courses/${s.course_id}`;
  for (const name of ['week-1.txt', 'week-2.txt', 'week-2.md']) {
    const attachments = [await uploadText(s, name, 'The same template.')];
    await makeInCourse(s, `POST ${path}/assignments`, {
      title: name,
      body_md: 'x'.repeat(100_000),
      points_possible: 1,
      attachments,
    });
  }
  const file_id = await uploadText(s, 'week-1.txt', 'The same template.');
  await makeInCourse(s, `POST ${path}/materials`, { title: 'Week 1', file_id });
  const { zip, files } = await exportedPackage(s);
  t.equal(Object.keys(files).filter((name) => name.startsWith('file-')).length, 1);

  const response = await sendPackage(s.api, s.people.instructor.token, zip);
  const { course, ids } = (await response.json()) as ImportedCourse;
  const imported = await itemsOf<{ attachments: { filename: string; media_type: string }[] }>(
    s.as('instructor', `GET /v1/courses/${course.id}/assignments`),
  );
  t.match(imported, [
    { attachments: [{ filename: 'week-1.txt', media_type: 'text/plain' }] },
    { attachments: [{ filename: 'week-2.txt', media_type: 'text/plain' }] },
    { attachments: [{ filename: 'week-2.md', media_type: 'text/markdown' }] },
  ]);
  sameUpToIds(t, files, (await exportedPackage(s, course.id)).files, ids);
  t.equal(s.api.blobs.staged.size, 0);
});

t.test('a package of version 1, which had no announcements', async (t) => {
  const s = await richCourse(t);
  const { files } = await exportedPackage(s);
  const { 'announcements.json': _, 'manifest.json': manifest, ...old } = files;
  const first = { ...JSON.parse(manifest?.toString() ?? ''), format_version: 1 };
  const zip = await zipOf({ ...old, 'manifest.json': JSON.stringify(first) });
  const response = await sendPackage(s.api, s.people.instructor.token, zip);
  t.equal(response.status, 201);
  const { course, ids } = (await response.json()) as ImportedCourse;
  sameUpToIds(t, files, (await exportedPackage(s, course.id)).files, ids);
});

t.test('into another cluster', async (t) => {
  const s = await richCourse(t);
  const { zip, files } = await exportedPackage(s);
  const api = new TestApi();
  t.teardown(() => api.close());
  const eve = api.user('eve', 'instructor');
  const { course, ids } = (await (await sendPackage(api, eve.token, zip)).json()) as ImportedCourse;
  const { token } = eve;
  const again = await api.request(`GET /v1/courses/${course.id}/export`, { token });
  sameUpToIds(t, files, await unzipped(Buffer.from(await again.arrayBuffer())), ids);
});

t.test('who may', async (t) => {
  const s = await richCourse(t);
  const { zip } = await exportedPackage(s);
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
    t.equal((await sendPackage(s.api, s.people[person].token, zip)).status, importing, person);
  }
});
