import type { Classroom } from '../fixtures/classroom.ts';
import type { TestCluster } from '../fixtures/cluster.ts';
import { type HistoryWriter, nowNs, type Operation } from '../linearizability/history.ts';
import type { Draws } from '../simulation/randomness.ts';

/** So short that a client often gives up before the cluster has an answer. */
const attemptTimeoutMs = 1_500;
/** A checker's work grows fast with the operations on one key: after so many comes the next. */
const operationsPerKey = 60;

/**
 * Clients that write answers into threads and read threads, through any node. A thread is a list: an
 * answer is an append, and reading shows all of them in order. Every operation is tried once, so the
 * history has no retries to explain; one without an answer has an unknown outcome.
 */
export class Workload {
  readonly #cluster: TestCluster;
  readonly #room: Classroom;
  readonly #history: HistoryWriter;
  #thread = '';
  #operations = 0;
  #clients = 0;

  constructor(cluster: TestCluster, room: Classroom, history: HistoryWriter) {
    this.#cluster = cluster;
    this.#room = room;
    this.#history = history;
  }

  /** One client until `stop`; a new identity after every unknown outcome (Jepsen's rule). */
  async run(token: string, random: Draws, stop: AbortSignal): Promise<void> {
    let client = this.#newClient();
    for (let n = 0; !stop.aborted; n += 1) {
      const thread = await this.#currentThread(token);
      if (thread === null) continue;
      const node = random.pick(this.#cluster.ids);
      const operation = random.chance(0.5)
        ? await this.#append(client, token, { node, thread, value: `${client} ${n}` })
        : await this.#read(client, token, { node, thread });
      if (operation === null) continue;
      this.#history.write(operation);
      if (operation.return_ns === null) client = this.#newClient();
    }
  }

  #newClient(): string {
    this.#clients += 1;
    return `c${this.#clients}`;
  }

  async #append(
    client: string,
    token: string,
    { node, thread, value }: { node: string; thread: string; value: string },
  ): Promise<Operation | null> {
    const call_ns = nowNs();
    const answer = await this.#cluster
      .call(node, `POST /v1/queries/${thread}/answers`, {
        token,
        body: { body_md: value },
        timeoutMs: attemptTimeoutMs,
      })
      .catch(() => null);
    const about = { client, kind: 'append', key: thread, value, call_ns };
    if (answer?.status === 201) return { ...about, return_ns: nowNs(), result: 'ok' };
    // It certainly did not happen: nothing to explain.
    if (answer?.body.outcome === 'not_applied') return null;
    return { ...about, return_ns: null, result: null };
  }

  async #read(
    client: string,
    token: string,
    { node, thread }: { node: string; thread: string },
  ): Promise<Operation | null> {
    const call_ns = nowNs();
    const answer = await this.#cluster
      .call(node, `GET /v1/queries/${thread}`, { token, timeoutMs: attemptTimeoutMs })
      .catch(() => null);
    if (answer?.status !== 200) return null;
    const result = (answer.body.answers as { body_md: string }[]).map((one) => one.body_md);
    const about = { client, kind: 'read', key: thread, value: null, call_ns };
    return { ...about, return_ns: nowNs(), result };
  }

  /** The thread of the moment; `null` while none can be made. */
  async #currentThread(token: string): Promise<string | null> {
    this.#operations += 1;
    if (this.#thread !== '' && this.#operations % operationsPerKey !== 0) return this.#thread;
    const body = { to: 'instructor', title: `thread ${this.#operations}`, body_md: 'a list' };
    const answer = await this.#cluster
      .call(this.#cluster.ids[this.#operations % this.#cluster.ids.length] ?? '', this.#target, {
        token,
        body,
        timeoutMs: attemptTimeoutMs,
      })
      .catch(() => null);
    if (answer?.status !== 201) return this.#thread === '' ? null : this.#thread;
    this.#thread = String(answer.body.id);
    return this.#thread;
  }

  get #target(): string {
    return `POST /v1/courses/${this.#room.course}/queries`;
  }
}
