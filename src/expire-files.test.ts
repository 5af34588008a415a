import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import t from 'tap';
import { expireFiles } from './expire-files.ts';
import { TestApi } from './http/testing.ts';
import { beginUpload } from './lms/commands/begin-upload.ts';
import { stageCourse } from './lms/commands/stage-course.ts';
import { stagedCourseMs } from './lms/limits.ts';

const logger = pino({ level: 'silent' });
const KEEP_MS = 1_000;

/** Runs it until it waits for the next poll, or has ended. */
async function poll({ machine, consensus }: TestApi, role = 'leader'): Promise<void> {
  const stop = new AbortController();
  const raft = { status: () => ({ role }) };
  const running = expireFiles({ raft, consensus, reader: machine.reader, logger }, stop.signal);
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  stop.abort();
  await running;
}

/** How many are left of 250 uploads that expired a while ago. */
async function left(t: { teardown(run: () => void): void }, role: string): Promise<number> {
  const api = new TestApi();
  t.teardown(() => api.close());
  const now = Date.now();
  api.consensus.now = () => now - 10 * KEEP_MS;
  const { id } = api.user('ann', 'student');
  for (let n = 0; n < 250; n += 1) {
    api.command(
      beginUpload,
      {
        upload_id: `upl_${n}`,
        size_bytes: 1,
        filename: 'a.txt',
        metadata: '',
        keep_ms: KEEP_MS,
        quota: { max_unattached_files: 1_000, max_unattached_bytes: 1_000 },
      },
      id,
    );
  }
  api.consensus.now = () => now;
  await poll(api, role);
  return api.machine.reader.get<{ n: number }>('SELECT count(*) AS n FROM uploads')?.n ?? 0;
}

t.test('the leader lets everything expire, some at a time', async (t) => {
  t.equal(await left(t, 'leader'), 0);
});

t.test('an import of a course that nobody goes on with, too', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const now = Date.now();
  api.consensus.now = () => now - stagedCourseMs;
  const { id } = api.user('ann', 'instructor');
  const course = { code: 'S', title: 'Staged', description_md: '' };
  const nothing = { files: [], assignments: [], materials: [] };
  api.command(stageCourse, { course_id: 'crs_s', course, ...nothing }, id);
  api.consensus.now = () => now;
  await poll(api);
  t.same(api.machine.reader.all('SELECT * FROM staged_courses'), []);
});

t.test('the time of the log does not stand still for hours', async (t) => {
  const hourMs = 60 * 60 * 1_000;
  for (const [idleMs, proposed] of [
    [hourMs + 60_000, 1],
    [hourMs - 60_000, 0],
  ] as const) {
    const api = new TestApi();
    t.teardown(() => api.close());
    const now = Date.now();
    api.consensus.now = () => now - idleMs;
    api.user('ann', 'student');
    api.consensus.now = () => now;
    const before = api.machine.applied.index;
    await poll(api);
    t.equal(api.machine.applied.index - before, proposed);
  }
});

t.test('nobody else does', async (t) => {
  t.equal(await left(t, 'follower'), 250);
});
