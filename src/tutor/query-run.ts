import { setTimeout as wait } from 'node:timers/promises';
import type { AnswerQuery } from '../lms/commands/answer-query.ts';
import type { ClaimQuery, QueryClaimed } from '../lms/commands/claim-query.ts';
import type { TutorAnswer } from './answer.ts';
import { RunReplaced, type SystemResult } from './extraction-run.ts';
import { jobLimits } from './limits.ts';

interface QueryCommands {
  readonly CLAIM_QUERY: ClaimQuery;
  readonly ANSWER_QUERY: AnswerQuery;
}

/** As `SubmitSystemCommand` of extraction, for what the tutor says to queries. */
export type SubmitQueryCommand = <Kind extends keyof QueryCommands>(
  kind: Kind,
  payload: QueryCommands[Kind],
) => Promise<SystemResult>;

interface RunIds {
  readonly query_id: string;
  readonly claim_id: string;
  readonly answer_id: string;
  readonly node_id: string;
}

/** One run at one query under its claim. Commands are sent until they get an answer. */
export class QueryRun {
  readonly #submit: SubmitQueryCommand;
  readonly #ids: RunIds;
  readonly #signal: AbortSignal;

  constructor(submit: SubmitQueryCommand, ids: RunIds, signal: AbortSignal) {
    this.#submit = submit;
    this.#ids = ids;
    this.#signal = signal;
  }

  /** Takes the query, or keeps it. `false`: it was handed over. @throws RunReplaced */
  async claim(): Promise<boolean> {
    const { query_id, claim_id, node_id } = this.#ids;
    const value = await this.#send('CLAIM_QUERY', { query_id, claim_id, node_id });
    return (value as QueryClaimed).granted;
  }

  /** Sent twice, it is refused the second time: the claim ends with the answer. @throws RunReplaced */
  async answer({ body_md, ...source }: TutorAnswer): Promise<void> {
    const { query_id, claim_id, answer_id } = this.#ids;
    const tutor = { claim_id, ...source };
    await this.#send('ANSWER_QUERY', { query_id, answer_id, body_md, tutor });
  }

  async #send<Kind extends keyof QueryCommands>(
    kind: Kind,
    payload: QueryCommands[Kind],
  ): Promise<unknown> {
    for (;;) {
      this.#signal.throwIfAborted();
      const result = await this.#submit(kind, payload).catch(() => null);
      if (result?.ok === true) return result.value;
      if (result !== null) throw new RunReplaced(`${kind} was refused: ${result.code}`);
      await wait(jobLimits.retryCommandMs, undefined, { signal: this.#signal });
    }
  }
}
