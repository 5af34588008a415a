import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { TestCluster } from '../../test/fixtures/cluster.ts';
import { quantile } from '../quantile.ts';
import { type Acknowledged, checkRush, type Found } from './check-rush.ts';
import { arrivals } from './rush-arrivals.ts';
import type { RushCourse } from './university.ts';

export interface RushPlan {
  readonly seconds: number;
  /** When the leader is killed, before the deadline. */
  readonly kill_before_ms: number;
}

export interface Rush extends Found {
  readonly students: number;
  readonly writes: number;
  readonly refused: number;
  readonly most_in_one_second: number;
  readonly tries: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly slowest_ms: number;
  /** From the kill until a write was acknowledged that was sent after it. */
  readonly pause_after_kill_ms: number;
}

/** A student hands in, and once more, something better. */
const attempts = 2;
const prepareMs = 1_000;
/** Clocks of clients are not ours: the last sends are so long before the deadline. */
const marginMs = 500;
const connectionsPerNode = 200;
const pauseMs = 50;
/** Looking for the leader takes some of it; the rest is waited for. */
const findLeaderMs = 500;
const tryTimeoutMs = 12_000;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * All students of the course hand in within `seconds` and before a deadline after which nothing is
 * taken, while the leader is killed; then every node is asked what is there. All nodes must run.
 */
export async function runRush(
  cluster: TestCluster,
  course: RushCourse,
  { seconds, kill_before_ms }: RushPlan,
): Promise<Rush> {
  const { students } = course;
  const due = Date.now() + prepareMs + seconds * 1_000;
  const assignment = await makeAssignment(cluster, course, due);
  const crowd = new Crowd(cluster, assignment);
  const lengthMs = seconds * 1_000;
  const killAt = lengthMs - kill_before_ms;
  const times = arrivals(students.length * attempts, lengthMs - marginMs, killAt);
  const start = due - seconds * 1_000;
  const killed = killLeader(cluster, due - kill_before_ms, crowd);
  const chains = students.map(async ({ id, token }, n) => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const at = start + (times[attempt * students.length + n] ?? 0);
      await sleep(Math.max(0, at - Date.now()));
      await crowd.handIn(token, id, attempt + 1);
    }
  });
  await Promise.all(chains);
  const leader = await killed;
  await crowd.close();
  await cluster.restart(leader);
  await cluster.settled();
  const found = await checkRush(cluster, course.instructor, assignment, due, crowd.acknowledged);
  return { students: students.length, writes: times.length, ...found, ...crowd.figures() };
}

async function makeAssignment(
  cluster: TestCluster,
  { course, instructor: token }: RushCourse,
  due: number,
): Promise<string> {
  const at = new Date(due).toISOString();
  const { status, body } = await cluster.call('n1', `POST /v1/courses/${course}/assignments`, {
    token,
    body: {
      title: 'In a hurry',
      points_possible: 10,
      due_at: at,
      lock_at: at,
      grace_seconds: 0,
      max_attempts: attempts,
    },
  });
  if (status !== 201) throw new Error(`the assignment: ${status} ${JSON.stringify(body)}`);
  return String(body.id);
}

async function killLeader(cluster: TestCluster, at: number, crowd: Crowd): Promise<string> {
  await sleep(Math.max(0, at - findLeaderMs - Date.now()));
  const leader = await cluster.leader();
  await sleep(Math.max(0, at - Date.now()));
  crowd.killedAt = performance.now();
  await cluster.kill(leader);
  return leader;
}

/** Clients that do what the documentation says: same key, next node, until the answer is final. */
class Crowd {
  readonly acknowledged: Acknowledged[] = [];
  killedAt = Number.POSITIVE_INFINITY;
  readonly #pools: readonly Pool[];
  readonly #path: string;
  readonly #took: number[] = [];
  readonly #perSecond = new Map<number, number>();
  #firstAfter = Number.POSITIVE_INFINITY;
  #refused = 0;
  #tries = 0;
  #turn = 0;

  constructor(cluster: TestCluster, assignment: string) {
    this.#path = `/v1/assignments/${assignment}/submissions`;
    this.#pools = cluster.ids.map(
      (id) => new Pool(cluster.api(id), { connections: connectionsPerNode, pipelining: 1 }),
    );
  }

  async handIn(token: string, student_id: string, attempt: number): Promise<void> {
    const text_md = `Attempt ${attempt} of ${student_id}`;
    const sentAt = performance.now();
    this.#count();
    const { status, body } = await this.#insist(token, `attempt-${attempt}`, { text_md });
    const now = performance.now();
    this.#took.push(now - sentAt);
    if (status !== 201) {
      this.#refused += 1;
      process.stderr.write(`refused: ${status} ${JSON.stringify(body)}\n`);
      return;
    }
    if (sentAt > this.killedAt) this.#firstAfter = Math.min(this.#firstAfter, now);
    const receipt = typeof body.receipt === 'string' ? body.receipt : null;
    const made = body.attempt as Acknowledged['attempt'];
    this.acknowledged.push({
      submission_id: String(body.id),
      student_id,
      text_md,
      late_ms: Number(body.late_ms),
      attempt: { number: made.number, received_at: made.received_at },
      receipt,
    });
  }

  figures() {
    const sorted = Float64Array.from(this.#took).sort();
    const ms = (value: number) => Math.round(value);
    return {
      refused: this.#refused,
      most_in_one_second: Math.max(...this.#perSecond.values()),
      tries: this.#tries,
      p50_ms: ms(quantile(sorted, 0.5)),
      p99_ms: ms(quantile(sorted, 0.99)),
      slowest_ms: ms(quantile(sorted, 1)),
      pause_after_kill_ms: ms(this.#firstAfter - this.killedAt),
    };
  }

  async close(): Promise<void> {
    // One of the nodes is dead: its connections have nothing to wait for.
    await Promise.all(this.#pools.map((pool) => pool.destroy()));
  }

  #count(): void {
    const second = Math.floor(Date.now() / 1_000);
    this.#perSecond.set(second, (this.#perSecond.get(second) ?? 0) + 1);
  }

  async #insist(token: string, key: string, work: object): Promise<Answer> {
    this.#turn += 1;
    for (let turn = this.#turn; ; turn += 1) {
      const pool = this.#pools[turn % this.#pools.length];
      if (pool === undefined) throw new Error('a cluster has nodes');
      this.#tries += 1;
      // No answer: whether it was written is for the key to settle.
      const answer = await send(pool, this.#path, token, key, work).catch(() => null);
      if (answer !== null && answer.body.retryable !== true) return answer;
      await sleep(pauseMs);
    }
  }
}

async function send(
  pool: Pool,
  path: string,
  token: string,
  key: string,
  work: object,
): Promise<Answer> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(work),
    headersTimeout: tryTimeoutMs,
    bodyTimeout: tryTimeoutMs,
  });
  return { status: statusCode, body: (await body.json()) as Answer['body'] };
}
