import { randomUUID } from 'node:crypto';
import { claimableQueries, type TutorQuery } from '../lms/queries/tutor-queries.ts';
import type { Reader } from '../lms/reader.ts';
import { answerQuestion, type ChatModel } from './answer.ts';
import { courseIndex } from './course-index.ts';
import { RunReplaced } from './extraction-run.ts';
import { answerLimits, jobLimits } from './limits.ts';
import { QueryRun, type SubmitQueryCommand } from './query-run.ts';

interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface QueryJobsOptions {
  readonly reader: Reader;
  readonly nodeId: string;
  readonly submit: SubmitQueryCommand;
  /** `null`: passages only. */
  readonly model: ChatModel | null;
  readonly newAnswerId: () => string;
  /** The leader helps with queries that another node took. */
  readonly isLeader: () => boolean;
  readonly logger: Logger;
  /** Ms since the epoch. */
  readonly now?: () => number;
}

/**
 * Answers the queries to the tutor, one at a time. The node that took a query begins at once; the
 * leader picks it up when nobody has, or when the lease of whoever had it is over.
 */
export class QueryJobs {
  readonly #options: QueryJobsOptions;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  /** Queries that this node took. */
  readonly #taken = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;

  constructor(options: QueryJobsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), jobLimits.pollMs);
  }

  /** A query to the tutor came in through this node. */
  asked(queryId: string): void {
    this.#taken.add(queryId);
    void this.look();
  }

  /** Works through what can be claimed now; a look that is going on is joined. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** Ends the run that is going on; the leader takes the query when the lease is over. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stop.abort(new Error('the node is stopping'));
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const tried = new Set<string>();
    while (!this.#stop.signal.aborted) {
      const query = this.#next(tried);
      if (query === undefined) return;
      tried.add(query.query_id);
      await this.#work(query);
    }
  }

  #next(tried: ReadonlySet<string>): TutorQuery | undefined {
    const { reader, nodeId, isLeader } = this.#options;
    const now = this.#now();
    const found = claimableQueries(reader, nodeId, now, jobLimits.jobsPerLook);
    return found.find(({ query_id, waiting_since }) => {
      if (tried.has(query_id)) return false;
      if (this.#taken.has(query_id)) return true;
      const isOverdue = waiting_since === null || now >= waiting_since + jobLimits.helpAfterMs;
      return isOverdue && isLeader();
    });
  }

  /** Never throws: what goes wrong with one query must not keep the others from being answered. */
  async #work(query: TutorQuery): Promise<void> {
    const { logger } = this.#options;
    const { query_id } = query;
    try {
      const mode = await this.#run(query);
      if (mode !== null) logger.info({ query_id, mode }, 'a query was answered');
    } catch (error) {
      if (this.#stop.signal.aborted || error instanceof RunReplaced) return;
      logger.warn({ query_id, err: error }, 'a query could not be answered yet');
    } finally {
      this.#taken.delete(query_id);
    }
  }

  async #run(query: TutorQuery): Promise<string | null> {
    const { submit, nodeId, reader, model, newAnswerId } = this.#options;
    const { query_id, course_id } = query;
    const lost = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, lost.signal]);
    const ids = { query_id, claim_id: randomUUID(), answer_id: newAnswerId(), node_id: nodeId };
    const run = new QueryRun(submit, ids, signal);
    if (!(await run.claim())) return null;
    const renewal = setInterval(() => {
      run.claim().catch((error: unknown) => lost.abort(error));
    }, jobLimits.renewMs);
    try {
      const index = courseIndex(reader, { course_id, material_ids: null });
      const question = { body_md: questionOf(query), history: [] };
      const answer = await answerQuestion(question, index, model, signal);
      clearInterval(renewal);
      await run.answer(answer);
      return answer.mode;
    } finally {
      clearInterval(renewal);
    }
  }
}

/** As much as a question to the tutor may have. */
function questionOf({ title, body_md }: TutorQuery): string {
  return [...`${title}\n\n${body_md}`].slice(0, answerLimits.maxQuestionCharacters).join('');
}
