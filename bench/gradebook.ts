import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gradebookCsv } from '../src/http/gradebook-csv.ts';
import { encodeCommand, stampCommand } from '../src/lms/codec.ts';
import type { Command } from '../src/lms/command.ts';
import { COMMANDS } from '../src/lms/commands/registry.ts';
import { type AppliedCommand, LmsMachine } from '../src/lms/machine.ts';
import { courseStatistics } from '../src/lms/queries/course-statistics.ts';
import { gradebookPage } from '../src/lms/queries/gradebook.ts';
import { listProgress } from '../src/lms/queries/progress.ts';
import type { Actor } from '../src/lms/tx.ts';
import { describeMachine } from './machine.ts';
import { quantile } from './quantile.ts';

/**
 * A course of 5,000 students and 100 assignments, made by commands through `LmsMachine.apply`, then its
 * gradebook, statistics and progress, and the whole CSV while grades are written. Usage:
 * `node bench/gradebook.ts [students] [assignments]`. Writes in the current folder.
 */

const [students = 5_000, assignments = 100] = process.argv.slice(2).map(Number);
const batchEntries = 256;
const folder = mkdtempSync(join(process.cwd(), '.bench-gradebook-'));
const path = join(folder, 'lms.db');
const machine = new LmsMachine(path, COMMANDS);
const staff: Actor = { id: 'usr_ann', site_role: 'instructor' };
const start = Date.UTC(2026, 0, 5);
let index = 0;
let waiting: ReturnType<typeof entry>[] = [];

function entry(actor: string | null, kind: string, payload: object) {
  index += 1;
  const command: Command<object> = {
    kind,
    v: 1,
    command_id: `cmd_${index}`,
    actor_id: actor,
    session_id: null,
    received_at: start + index,
    ...payload,
  };
  const bytes = encodeCommand(command);
  stampCommand(bytes, start + index);
  return { index, term: 1, type: 0, command: bytes } as const;
}

function flush(): void {
  for (const { value } of machine.apply(waiting)) {
    const { result } = value as AppliedCommand;
    if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
  }
  waiting = [];
}

function give(actor: string | null, kind: string, payload: object): void {
  waiting.push(entry(actor, kind, payload));
  if (waiting.length === batchEntries) flush();
}

const id = (prefix: string, n: number) => `${prefix}_${n.toString(16).padStart(32, '0')}`;
const course_id = id('crs', 1);

function user(user_id: string, site_role: string): void {
  give(null, 'CREATE_USER', {
    user_id,
    username: user_id,
    username_key: user_id,
    display_name: `Somebody ${user_id}`,
    email: null,
    site_role,
    password_hash: null,
  });
}

function makeCourse(): void {
  user(staff.id, 'instructor');
  give(staff.id, 'CREATE_COURSE', { course_id, code: 'C', title: 'Large', description_md: '' });
  for (let n = 0; n < assignments; n += 1) {
    give(staff.id, 'CREATE_ASSIGNMENT', {
      assignment_id: id('asg', n),
      course_id,
      title: `Exercise ${n}`,
      body_md: '',
      attachments: [],
      points_possible: 20_000,
      weight: 1_000,
      unlock_at: null,
      due_at: start + 3_600_000,
      lock_at: null,
      grace_seconds: 300,
      max_attempts: null,
      topics: [`topic ${n % 8}`],
    });
  }
  for (let n = 0; n < students; n += 1) {
    user(id('usr', n), 'student');
    give(staff.id, 'ENROLL', { course_id, user_id: id('usr', n), role: 'student' });
  }
}

function grade(n: number, version: number, points: number) {
  return {
    submission_id: id('sub', n),
    expected_version: version,
    points,
    feedback_md: 'Good.',
    state: 'posted',
    attempt: null,
    reason: null,
  };
}

function makeWork(): void {
  for (let n = 0; n < students * assignments; n += 1) {
    const student = id('usr', n % students);
    give(student, 'SUBMIT_ASSIGNMENT', {
      assignment_id: id('asg', Math.floor(n / students)),
      submission_id: id('sub', n),
      text_md: 'My answer.',
      file_ids: [],
      new_files: [],
    });
    give(staff.id, 'GRADE_ASSIGNMENT', grade(n, 0, (n % 41) * 500));
  }
  flush();
}

/** Ms of the median and of the slowest of `times` runs. */
function timed(what: string, times: number, run: () => unknown): void {
  const took = Float64Array.from({ length: times }, () => {
    const before = performance.now();
    run();
    return performance.now() - before;
  }).sort();
  const ms = (share: number) => `${quantile(took, share).toFixed(1)} ms`;
  console.log(`${what}: median ${ms(0.5)}, slowest ${ms(1)} of ${times}`);
}

async function csvWhileGrading(): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let grades = 0;
  const writer = setInterval(() => {
    waiting.push(entry(staff.id, 'GRADE_ASSIGNMENT', grade(grades, 1, 10_000)));
    flush();
    grades += 1;
  }, 1);
  delay.enable();
  const before = performance.now();
  let bytes = 0;
  const look = (find: Parameters<Parameters<typeof gradebookCsv>[0]>[0]) =>
    find(machine.reader, staff, machine.applied.index);
  for await (const text of gradebookCsv(look as never, course_id)) bytes += text.length;
  const seconds = ((performance.now() - before) / 1000).toFixed(2);
  clearInterval(writer);
  delay.disable();
  console.log(
    `whole CSV: ${seconds} s, ${(bytes / 2 ** 20).toFixed(1)} MiB, ${grades} grades written ` +
      `meanwhile, longest turn of the event loop ${(delay.max / 1e6).toFixed(1)} ms`,
  );
}

try {
  console.log(describeMachine());
  const before = performance.now();
  makeCourse();
  makeWork();
  const seconds = (performance.now() - before) / 1000;
  const mib = (statSync(path).size / 2 ** 20).toFixed(0);
  console.log(
    `${students} students × ${assignments} assignments: ${index} entries in ` +
      `${seconds.toFixed(0)} s (${Math.round(index / seconds)}/s), lms.db ${mib} MiB, ` +
      `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB of memory`,
  );
  const page = { limit: 100, after: null };
  timed('first page, 100 students, as JSON', 5, () =>
    JSON.stringify(gradebookPage(machine.reader, staff, course_id, page)),
  );
  timed('progress, 100 students', 5, () =>
    listProgress(machine.reader, staff, course_id, start, page),
  );
  timed('statistics', 5, () => courseStatistics(machine.reader, staff, course_id));
  let last = students * assignments;
  timed('one grade', 100, () => {
    last -= 1;
    waiting.push(entry(staff.id, 'GRADE_ASSIGNMENT', grade(last, 1, 10_000)));
    flush();
  });
  await csvWhileGrading();
} finally {
  machine.close();
  rmSync(folder, { recursive: true });
}
