import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type FileError, RosterRefused, refuse } from './file-error.ts';
import { maxReaderHeapMiB, maxRosterRows, rosterBatchRows } from './limits.ts';
import type { RosterInfo, RosterTables, TableName } from './roster.ts';

export interface ReaderStart {
  readonly bytes: Uint8Array;
  /** Of a plain CSV; a zip says it itself. */
  readonly mode: 'bulk' | 'delta';
}

export type ReaderQuestion =
  | {
      readonly ask: 'rows';
      readonly table: TableName;
      readonly from: number;
      readonly limit: number;
    }
  | { readonly ask: 'gone'; readonly table: TableName; readonly ids: readonly string[] };

export type ReaderAnswer =
  | { readonly info: RosterInfo }
  | {
      readonly refused: { readonly errors: readonly FileError[]; readonly errorsTotal: number };
    }
  | { readonly rows: readonly object[] }
  | { readonly gone: readonly string[] };

/**
 * A roster in a thread of its own: unpacking and parsing never hold up the event loop, and what it
 * holds is bounded by the heap of the thread. One question at a time. `close` it.
 */
export class RosterReader {
  readonly info: RosterInfo;
  readonly #worker: Worker;

  private constructor(worker: Worker, info: RosterInfo) {
    this.#worker = worker;
    this.info = info;
  }

  /** @throws RosterRefused when the roster cannot be read, or is wrong in itself */
  static async open(start: ReaderStart): Promise<RosterReader> {
    const worker = new Worker(new URL('./roster-worker.ts', import.meta.url), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: maxReaderHeapMiB },
    });
    try {
      const answer = await nextAnswer(worker);
      if ('refused' in answer) {
        throw new RosterRefused(answer.refused.errors, answer.refused.errorsTotal);
      }
      if (!('info' in answer)) throw new Error('broken invariant: a roster begins with its info');
      return new RosterReader(worker, answer.info);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  async *batches<Table extends TableName>(
    table: Table,
  ): AsyncGenerator<readonly RosterTables[Table][]> {
    for (let from = 0; ; from += rosterBatchRows) {
      const answer = await this.#ask({ ask: 'rows', table, from, limit: rosterBatchRows });
      const rows = 'rows' in answer ? (answer.rows as readonly RosterTables[Table][]) : [];
      if (rows.length === 0) return;
      yield rows;
    }
  }

  /** Of these ids, those that the file says are gone, by not having them. */
  async gone(table: TableName, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const answer = await this.#ask({ ask: 'gone', table, ids });
    return new Set('gone' in answer ? answer.gone : []);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(question: ReaderQuestion): Promise<ReaderAnswer> {
    this.#worker.postMessage(question);
    return nextAnswer(this.#worker);
  }
}

async function nextAnswer(worker: Worker): Promise<ReaderAnswer> {
  try {
    const [answer] = (await once(worker, 'message')) as [ReaderAnswer];
    return answer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    return refuse(
      'too_many_rows',
      'the roster',
      `is too large to be read at once (at most ${maxRosterRows} rows). Send it in parts, as delta.`,
    );
  }
}
