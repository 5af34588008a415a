import { createHash } from 'node:crypto';
import t from 'tap';
import { zipOf } from '../../lms/imports/test-rosters.ts';
import { courseScene, itemsOf } from '../testing-course.ts';
import {
  exportedPackage,
  type ImportedCourse,
  makeInCourse,
  richCourse,
  sameUpToIds,
  sendPackage,
  uploadText,
} from '../testing-course-packages.ts';

t.test('a bad package makes no course', async (t) => {
  const s = await richCourse(t);
  const { files, zip } = await exportedPackage(s);
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
        'manifest.json': '{"format":"quorum-lms-course","format_version":3,"entries":[]}',
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
    const response = await sendPackage(s.api, s.people.instructor.token, body);
    t.equal(response.status, 422, name);
    const { errors } = (await response.json()) as { errors: { code: string; detail: string }[] };
    t.equal(errors[0]?.code, code, `${name}: ${errors[0]?.detail}`);
    t.match(errors[0]?.detail, detail, name);
  }
  const dates = assignments.replace('"unlock_at":null', '"unlock_at":"2028-01-01T00:00:00.000Z"');
  const refused = await sendPackage(
    s.api,
    s.people.instructor.token,
    await zipOf(resigned('assignments.json', dates)),
  );
  t.match(await refused.json(), {
    code: 'import_invalid',
    detail: /unlock_at/,
    errors: [{ pointer: '/assignments.json', code: 'invalid_value' }],
  });
  t.equal((await itemsOf(s.as('admin', 'GET /v1/courses'))).length, before);
  t.equal(s.api.blobs.staged.size, 0);
});

t.test('once per key; a large course goes through the log in parts', async (t) => {
  const s = courseScene(t);
  for (let n = 0; n < 6; n += 1) s.assignment({ title: `A${n}`, body_md: 'x'.repeat(100_000) });
  const { zip, files } = await exportedPackage(s);
  const key = { 'Idempotency-Key': 'once' };
  const index = s.api.machine.applied.index;
  const first = (await (
    await sendPackage(s.api, s.people.instructor.token, zip, key)
  ).json()) as ImportedCourse;
  t.equal(s.api.machine.applied.index, index + 3 + 1, 'three parts and the last word');
  const again = await sendPackage(s.api, s.people.instructor.token, zip, key);
  t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  t.same(await again.json(), first);
  sameUpToIds(t, files, (await exportedPackage(s, first.course.id)).files, first.ids);
});

t.test('what is wrong in the last part is found before the first is written', async (t) => {
  const s = courseScene(t);
  for (let n = 0; n < 6; n += 1) s.assignment({ title: `A${n}`, body_md: 'x'.repeat(100_000) });
  for (const text of ['one', 'two']) {
    const file_id = await uploadText(s, `${text}.txt`, text);
    await makeInCourse(s, `POST /v1/courses/${s.course_id}/materials`, { title: text, file_id });
  }
  const { files } = await exportedPackage(s);
  const [, last = ''] = Object.keys(files).filter((name) => name.startsWith('file-'));
  const index = s.api.machine.applied.index;
  const bad = await zipOf({ ...files, [last]: 'xxx' });
  t.equal((await sendPackage(s.api, s.people.instructor.token, bad)).status, 422);
  t.equal(s.api.machine.applied.index, index, 'nothing in the log');
  t.equal(s.api.blobs.staged.size, 0, 'no file that came before');
});
