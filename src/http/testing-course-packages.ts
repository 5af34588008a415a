import { buffer } from 'node:stream/consumers';
import type { Test } from 'tap';
import { openZip } from '../lms/imports/zip-entries.ts';
import type { TestApi } from './testing.ts';
import { checkAnswer } from './testing-answers.ts';
import { type CourseScene, courseScene } from './testing-course.ts';

type Files = Record<string, Buffer>;

/** An upload of the instructor, with bytes. */
export async function uploadText(
  s: CourseScene,
  filename: string,
  content: string,
): Promise<string> {
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

export async function makeInCourse(s: CourseScene, target: string, body: object): Promise<void> {
  const response = await s.as('instructor', target, body);
  if (response.status !== 201) throw new Error(await response.text());
}

/** A course with everything that a package has. */
export async function richCourse(t: Test): Promise<CourseScene> {
  const s = courseScene(t);
  const sheet = await uploadText(s, 'sheet.txt', 'The sheet.');
  const path = `/v1/courses/${s.course_id}`;
  await makeInCourse(s, `POST ${path}/assignments`, {
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
  await makeInCourse(s, `POST ${path}/assignments`, {
    title: 'Second',
    points_possible: 1,
    attachments: [sheet],
  });
  const notes = await uploadText(s, 'notes.md', '# Notes\n');
  await makeInCourse(s, `POST ${path}/materials`, {
    title: 'Notes',
    topic: 'a',
    file_id: notes,
  });
  await makeInCourse(s, `POST ${path}/materials`, { title: 'Text', text_md: 'Words.' });
  return s;
}

export async function exportedPackage(
  s: CourseScene,
  courseId = s.course_id,
  query = '',
): Promise<{ zip: Buffer; files: Files }> {
  const response = await s.as('instructor', `GET /v1/courses/${courseId}/export${query}`);
  if (response.status !== 200) throw new Error(await response.text());
  const zip = Buffer.from(await response.arrayBuffer());
  return { zip, files: await unzipped(zip) };
}

export async function unzipped(zip: Buffer): Promise<Files> {
  const entries = await openZip(zip, 5_000);
  const files: Files = {};
  for (const name of entries.names) files[name] = await buffer(await entries.open(name));
  return files;
}

/** Imports this zip as a course; whatever the answer is. */
export async function sendPackage(
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

export interface ImportedCourse {
  readonly course: { readonly id: string };
  readonly ids: Record<string, string>;
}

/** With the ids of another course. */
function renamed(content: Buffer | undefined, ids: Record<string, string>): string {
  let text = content?.toString() ?? '';
  for (const [old, fresh] of Object.entries(ids)) text = text.replaceAll(old, fresh);
  return text;
}

export function sameUpToIds(
  t: Test,
  before: Files,
  after: Files,
  ids: Record<string, string>,
): void {
  t.same(Object.keys(after), Object.keys(before));
  for (const name of Object.keys(before)) {
    if (name === 'manifest.json') continue;
    t.equal(renamed(before[name], ids), after[name]?.toString(), name);
  }
}
