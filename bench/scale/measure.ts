import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCluster } from '../../test/fixtures/cluster.ts';
import { quantile } from '../quantile.ts';
import type { Figure } from './figures.ts';
import type { Opened } from './open-university.ts';
import { pagedLists } from './paged-lists.ts';
import type { Landmarks } from './university.ts';

const mebibyte = 2 ** 20;
const maxDatabaseMebibytes = 1_500_000_000 / mebibyte;
const maxStartMs = 2_000;
const maxMemoryMebibytes = 400;
const maxListMs = 20;
const maxGradebookPageMs = 300;
const maxCsvMs = 5_000;
const maxGradeMs = 50;
const times = 20;
const grades = 100;
/** Has a limit of its own. */
const gradebookPath = '/gradebook';

/** Each node is killed and started, alone; then all of its state is asked for. */
export async function* measure({ cluster, landmarks, ...made }: Opened): AsyncGenerator<Figure> {
  await cluster.startAll();
  const copy = statSync(join(cluster.dataFolder('n1'), 'lms.db')).size;
  yield database('as the log left it', made.database_bytes);
  yield database('from a snapshot', copy);
  for (const id of cluster.ids) {
    await cluster.settled();
    await cluster.kill(id);
    const before = performance.now();
    await cluster.restart(id);
    const took = performance.now() - before;
    yield { what: `start of ${id} to ready`, value: took, unit: 'ms', limit: maxStartMs };
  }
  yield* memory(cluster, 'after the start');
  for (const path of pagedLists()) {
    if (!path.endsWith(gradebookPath)) yield* list(cluster, landmarks, path);
  }
  for (const path of FILTERED) yield* list(cluster, landmarks, path);
  yield* gradebook(cluster, landmarks);
  yield* memory(cluster, 'after all of this');
}

/** Filters that would have to look through everything if an index were missing. */
const FILTERED = [
  '/v1/users?username=student77',
  '/v1/assignments/{assignment_id}/submissions?status=ungraded',
  '/v1/assignments/{assignment_id}/submissions?student_id={user_id}',
  '/v1/courses/{course_id}/enrollments?role=instructor',
  '/v1/audit-events?course_id={course_id}',
  '/v1/audit-events?actor_id={user_id}',
  '/v1/audit-events?object_id={submission_id}',
  '/v1/audit-events?kind=CREATE_COURSE',
];

/** The first page and the one behind it, from one node's own state: no round to the others is in it. */
async function* list(
  cluster: TestCluster,
  landmarks: Landmarks,
  template: string,
): AsyncGenerator<Figure> {
  const path = fill(template, landmarks);
  // A list below something that this university has none of.
  if (path.includes('{')) return;
  const admin = await cluster.admin();
  const token = template.includes('/me/') ? (landmarks.rush.students[0]?.token ?? '') : admin;
  const took: number[] = [];
  let cursor: unknown = null;
  for (let n = 0; n < times; n += 1) {
    const more = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${cursor}`;
    const before = performance.now();
    const { status, body } = await cluster.call('n2', `GET ${path}${more}`, {
      token,
      headers: { 'LMS-Consistency': 'local' },
    });
    took.push(performance.now() - before);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    cursor = body.next_cursor === null ? null : encodeURIComponent(String(body.next_cursor));
  }
  yield { what: `GET ${template}`, ...summary(took), limit: maxListMs };
}

function fill(template: string, landmarks: Landmarks): string {
  return template
    .replace('{course_id}', landmarks.course)
    .replace('{assignment_id}', landmarks.assignment)
    .replace('{submission_id}', landmarks.submission)
    .replace('{user_id}', landmarks.student);
}

async function* gradebook(cluster: TestCluster, landmarks: Landmarks): AsyncGenerator<Figure> {
  const { instructor: token, course } = landmarks;
  const path = `/v1/courses/${course}/gradebook`;
  const pages = await repeat(5, () => ok(cluster, 'n2', `GET ${path}?limit=100`, token));
  yield { what: 'gradebook, first 100 students', ...summary(pages), limit: maxGradebookPageMs };

  const submissions = await submissionsOf(cluster, landmarks);
  const alone = await repeat(Math.min(grades, submissions.length), (n) =>
    grade(cluster, submissions[n] ?? '', n, 1, token),
  );
  yield { what: 'one grade', ...summary(alone), limit: maxGradeMs };

  let isDone = false;
  const whileReading: number[] = [];
  const csv = wholeCsv(cluster, path, token).finally(() => {
    isDone = true;
  });
  for (let n = 0; !isDone; n += 1) {
    const [version, at] = [2 + Math.floor(n / submissions.length), n % submissions.length];
    // The first ones were graded above, and have had a version more.
    const seen = at < alone.length ? version : version - 1;
    const before = performance.now();
    await grade(cluster, submissions[at] ?? '', n + 1, seen, token);
    whileReading.push(performance.now() - before);
  }
  const { ms, bytes } = await csv;
  const size = `${(bytes / mebibyte).toFixed(1)} MiB`;
  yield { what: `gradebook, whole CSV (${size})`, value: ms, unit: 'ms', limit: maxCsvMs };
  const what = `one grade while it is read (${whileReading.length} grades)`;
  yield { what, ...summary(whileReading), limit: maxGradeMs };
}

async function wholeCsv(cluster: TestCluster, path: string, token: string) {
  const before = performance.now();
  const answer = await fetch(`${cluster.api('n2')}${path}`, {
    headers: { Authorization: `Bearer ${token}`, Accept: 'text/csv' },
  });
  if (answer.status !== 200) throw new Error(`CSV: ${answer.status} ${await answer.text()}`);
  const { byteLength: bytes } = await answer.arrayBuffer();
  return { ms: performance.now() - before, bytes };
}

async function submissionsOf(cluster: TestCluster, landmarks: Landmarks): Promise<string[]> {
  const target = `GET /v1/assignments/${landmarks.assignment}/submissions?limit=200`;
  const { items } = await ok(cluster, 'n2', target, landmarks.instructor);
  return (items as { id: string }[]).map(({ id }) => id);
}

async function grade(
  cluster: TestCluster,
  submission: string,
  n: number,
  version: number,
  token: string,
): Promise<void> {
  const { status, body } = await cluster.call('n1', `PUT /v1/submissions/${submission}/grade`, {
    token,
    headers: { 'If-Match': `"${version}"` },
    body: { points: n % 20, feedback_md: 'Looked at again.', state: 'posted' },
  });
  if (status !== 200) throw new Error(`a grade: ${status} ${JSON.stringify(body)}`);
}

async function ok(cluster: TestCluster, id: string, target: string, token: string) {
  const { status, body } = await cluster.call(id, target, { token });
  if (status !== 200) throw new Error(`${target}: ${status} ${JSON.stringify(body)}`);
  return body;
}

async function repeat(count: number, run: (n: number) => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const before = performance.now();
    await run(n);
    took.push(performance.now() - before);
  }
  return took;
}

function summary(took: readonly number[]) {
  const sorted = Float64Array.from(took).sort();
  return { value: quantile(sorted, 0.5), slowest: quantile(sorted, 1), unit: 'ms' } as const;
}

function database(which: string, bytes: number): Figure {
  const value = bytes / mebibyte;
  return { what: `lms.db, ${which}`, value, unit: 'MiB', limit: maxDatabaseMebibytes };
}

async function* memory(cluster: TestCluster, when: string): AsyncGenerator<Figure> {
  for (const id of cluster.ids) {
    const text = await (await fetch(`${cluster.api(id)}/metrics`)).text();
    const bytes = Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
    const value = bytes / mebibyte;
    yield { what: `RSS of ${id} ${when}`, value, unit: 'MiB', limit: maxMemoryMebibytes };
  }
}
