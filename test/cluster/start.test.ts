import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { callApi } from '../fixtures/api-call.ts';
import { freeBasePort } from '../fixtures/free-ports.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(200_000);

/** `npm start`, without npm. */
class Start {
  readonly child: ChildProcess;
  output = '';

  constructor(t: Test, args: readonly string[]) {
    this.child = spawn(process.execPath, ['src/start.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    t.teardown(() => {
      this.child.kill('SIGKILL');
      for (const pid of this.pids) killIfThere(pid);
    });
  }

  get pids(): number[] {
    return [...this.output.matchAll(/ pid (\d+)$/gm)].map(([, pid]) => Number(pid));
  }

  async ready(): Promise<string[]> {
    const line = await until('the line "ready"', () => {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.output}`);
      return /^ready (.+)$/m.exec(this.output)?.[1];
    });
    return line.split(' ');
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await once(this.child, 'exit');
    }
    await until('the end of all nodes', () => (this.pids.some(isThere) ? undefined : true));
    return this.child.exitCode;
  }
}

async function temporary(t: Test): Promise<{ data: string; args: string[] }> {
  const data = mkdtempSync(join(tmpdir(), 'lms-start-'));
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  const base = await freeBasePort(3, 1_000);
  return { data, args: ['--data', join(data, 'd'), '--base-port', String(base)] };
}

async function logIn(api: string, username: string): Promise<string> {
  const body = { username, password: 'pass123' };
  const answer = await callApi(api, 'POST /v1/auth/login', { body });
  if (answer.status !== 200) throw new Error(`${username}: ${answer.status}`);
  return String(answer.body.token);
}

/** Everything of the demo that a student and an instructor see, with its ids. */
async function demoOf(api: string): Promise<unknown> {
  const token = await logIn(api, 'student1');
  const get = async (path: string) => (await callApi(api, `GET ${path}`, { token })).body;
  const courses = (await get('/v1/courses')) as { items: { id: string }[] };
  const course = courses.items[0]?.id ?? '';
  const queries = (await get(`/v1/courses/${course}/queries`)) as { items: { id: string }[] };
  return {
    courses,
    queries,
    thread: await get(`/v1/queries/${queries.items[0]?.id}`),
    assignments: await get(`/v1/courses/${course}/assignments`),
    materials: await materialNames(await get(`/v1/courses/${course}/materials`)),
  };
}

/** Without how far their reading is, which goes on by itself. */
function materialNames(list: Record<string, unknown>) {
  return (list.items as { id: string; title: string }[]).map(({ id, title }) => ({ id, title }));
}

t.test('a first start makes the demo, a second one shows the same', async (t) => {
  const { data, args } = await temporary(t);
  const first = new Start(t, args);
  const apis = await first.ready();
  t.equal(apis.length, 3);
  t.equal(first.pids.length, 3);
  const made = await demoOf(apis[0] ?? '');
  t.match(made, {
    courses: { items: [{ code: 'DS-101' }] },
    thread: { status: 'answered', answers: [{ author_role: 'instructor' }] },
    assignments: { items: [{ points_possible: 100 }] },
    materials: [{ title: 'An introduction to consensus' }],
  });
  for (const who of ['admin', 'instructor1', 'student2', 'student3']) {
    await t.resolves(logIn(apis[1] ?? '', who), who);
  }
  t.equal(await first.end('SIGINT'), 0);
  t.match(first.output, /^stopped$/m);

  const second = new Start(t, ['--data', join(data, 'd')]);
  const again = await second.ready();
  t.same(again, apis);
  t.same(await demoOf(again[2] ?? ''), made);
  await second.end('SIGTERM');
});

t.test('its nodes end with it, even when it is killed', async (t) => {
  const { args } = await temporary(t);
  const start = new Start(t, [...args, '--no-demo', '--nodes', '3']);
  const [api = ''] = await start.ready();
  await t.rejects(logIn(api, 'student1'), /401/, 'no demo accounts');
  await t.rejects(logIn(api, 'admin'), /401/, 'no password that everybody knows');
  await start.end('SIGKILL');
});

t.test('a node that ends is reported, and the others go on', async (t) => {
  const { args } = await temporary(t);
  const start = new Start(t, [...args, '--no-demo']);
  const apis = await start.ready();
  killIfThere(start.pids[1] ?? 0);
  await until('the report', () => /^n2 +ended \(SIGKILL\)/m.exec(start.output)?.[0]);
  t.match(start.output, /npx lms-node --config \S+ --id n2 --data \S+/);
  await until('a leader', async () => {
    const { body } = await callApi(apis[0] ?? '', 'GET /readyz', {});
    return body.status === 'ready' ? true : undefined;
  });
  t.equal(await start.end('SIGINT'), 0);
});

t.test('a node that cannot start is reported, and the others go on', async (t) => {
  const { args, data } = await temporary(t);
  const first = new Start(t, [...args, '--no-demo']);
  await first.ready();
  await first.end('SIGINT');
  rmSync(join(data, 'd', 'n3'), { recursive: true });
  const second = new Start(t, ['--data', join(data, 'd'), '--no-demo']);
  const apis = await second.ready();
  await until('the report', () => /^n3 +ended .*has another data folder/m.exec(second.output)?.[0]);
  const { body } = await callApi(apis[0] ?? '', 'GET /readyz', {});
  t.match(body, { status: 'ready' });
  t.equal(await second.end('SIGINT'), 0);

  rmSync(join(data, 'd', 'n2'), { recursive: true });
  const third = new Start(t, ['--data', join(data, 'd'), '--no-demo']);
  await once(third.child, 'exit');
  t.equal(third.child.exitCode, 1);
  t.match(third.output, /^npm start --: node n\d did not start: .*has another data folder/m);
});

t.test('what cannot be is one line', async (t) => {
  const { args } = await temporary(t);
  const running = new Start(t, [...args, '--no-demo']);
  await running.ready();
  const second = new Start(t, args);
  await once(second.child, 'exit');
  t.equal(second.child.exitCode, 1);
  t.match(second.output, /^npm start --: node n\d did not start: .*in use by another process/m);
  const other = new Start(t, [...args, '--nodes', '5']);
  await once(other.child, 'exit');
  t.match(other.output, /is of a cluster with 3 nodes/);
  await running.end('SIGINT');
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  if (pid > 0 && isThere(pid)) process.kill(pid, 'SIGKILL');
}
