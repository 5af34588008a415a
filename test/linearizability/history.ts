import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * What clients saw, one JSON line per operation, in a form that other checkers can read too.
 * Times are ns of one monotonic clock. An operation whose outcome is not known has `return_ns: null`:
 * it may take effect at any time after its call, or never.
 */
export interface Operation {
  /** A client has one operation open at a time. */
  readonly client: string;
  readonly kind: string;
  /** Operations on different keys have nothing to do with each other. */
  readonly key: string;
  /** What was asked for. */
  readonly value: unknown;
  readonly call_ns: number;
  readonly return_ns: number | null;
  /** What was answered; `null` when the outcome is not known. */
  readonly result: unknown;
}

/** Writes a history as it happens. */
export class HistoryWriter {
  readonly #stream: WriteStream;

  constructor(path: string) {
    this.#stream = createWriteStream(path);
  }

  write(operation: Operation): void {
    this.#stream.write(`${JSON.stringify(operation)}\n`);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}

export async function readHistory(path: string): Promise<Operation[]> {
  const operations: Operation[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== '') operations.push(JSON.parse(line) as Operation);
  }
  return operations;
}

/** Ns of the clock that histories use. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}
