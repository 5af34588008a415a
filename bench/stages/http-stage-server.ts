import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '../../src/http/ids.ts';
import { serveApi } from '../../src/http/server.ts';
import { TestApi } from '../../src/http/testing.ts';
import { createCourse } from '../../src/lms/commands/create-course.ts';
import { enroll } from '../../src/lms/commands/enroll.ts';
import { postQuery } from '../../src/lms/commands/post-query.ts';
import type { LoadJob } from '../load-job.ts';
import { queryBody } from '../query-body.ts';

type ServedRequest = Pick<LoadJob, 'origins' | 'method' | 'path' | 'headers' | 'body'>;

export interface ServedStage {
  /** A question. */
  readonly write: ServedRequest;
  /** Of that question, with what was answered to it: nothing. */
  readonly read: ServedRequest;
  /** The question again, to a bare server of Node that gives the same answer to anything. */
  readonly bare: ServedRequest;
}

const students = 16;
/** Node writes them itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'date', 'keep-alive']);
/** Requests that arrive within it are answered together: they share an fsync, or a read barrier. */
const groupMs = 1;

/** The whole API over a state machine in memory; a log stands behind it that takes `groupMs`. */
const api = new TestApi();
const teacher = api.user('ann', 'instructor');
const course_id = newId('crs');
const course = { course_id, code: 'bench', title: 'Bench', description_md: '' };
api.command(createCourse, course, teacher.id);
const tokens = Array.from({ length: students }, (_, n) => {
  const { id, token } = api.user(`student${n}`, 'student');
  api.command(enroll, { course_id, user_id: id, role: 'student' }, teacher.id);
  return token;
});
const query_id = newId('qry');
const question = { ...JSON.parse(queryBody()), query_id, course_id, anonymous: false };
api.command(postQuery, question, teacher.id);
const headers = tokens.map((token) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
}));

/** What the log would have brought: the answer to one write, made by the real rules. */
const { apply } = api.consensus;
let answer: ReturnType<typeof apply> | undefined;
let waiting: (() => void)[] = [];

api.consensus.propose = async ({ command }) => {
  answer ??= apply.call(api.consensus, command);
  await inGroup();
  return answer;
};
api.consensus.beforeRead = inGroup;

function inGroup(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.length === 0) setTimeout(answerAll, groupMs);
    waiting.push(resolve);
  });
}

function answerAll(): void {
  const group = waiting;
  waiting = [];
  for (const resolve of group) resolve();
}

const { url } = await serveApi(api.app, { host: '127.0.0.1', port: 0 });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
const origins = [url];
const path = `/v1/courses/${course_id}/queries`;
const write: ServedRequest = { origins, method: 'POST', path, headers, body: queryBody() };
const served: ServedStage = {
  write,
  read: { origins, method: 'GET', path: `/v1/queries/${query_id}`, headers, body: null },
  bare: { ...write, origins: [await serveBare()] },
};
process.send?.(served);

/** What is below every API on Node: reads the body, and answers as ours does. */
async function serveBare(): Promise<string> {
  const init = { method: 'POST', headers: headers[0] ?? {}, body: queryBody() };
  const ours = await fetch(`${url}${path}`, init);
  const text = await ours.text();
  const named = [...ours.headers].filter(([name]) => !HOP_BY_HOP.has(name)).flat();
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(ours.status, named);
      void inGroup().then(() => response.end(text));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
