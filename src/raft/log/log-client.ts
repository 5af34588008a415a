import type { LogEntry } from '../core/messages.ts';
import type { LogBatch, LogStore, RecoveredLog } from '../ports.ts';
import { packBatch, unpackEntries } from './packed-batch.ts';
import { fromWire } from './wire-error.ts';
import type { LogReply, LogRequest } from './worker-messages.ts';

interface PendingRead {
  readonly resolve: (entries: readonly LogEntry[]) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's side: packs batches, matches answers to reads. */
export class LogClient implements LogStore {
  readonly recovered: RecoveredLog;
  onDurable: (seq: number) => void = () => {};
  onFailure: (error: Error) => void = () => {};
  readonly #post: (request: LogRequest, transfer?: ArrayBuffer) => void;
  readonly #closed: Promise<void>;
  readonly #reads = new Map<number, PendingRead>();
  #lastRead = 0;
  #failure: Error | null = null;
  #closing = false;

  /** `closed` fulfils when the worker is gone and the folder is free again. */
  constructor(
    recovered: RecoveredLog,
    post: (request: LogRequest, transfer?: ArrayBuffer) => void,
    closed: Promise<void>,
  ) {
    this.recovered = recovered;
    this.#post = post;
    this.#closed = closed;
  }

  /** After a failure or `close` it does nothing: what it brings never becomes durable. */
  append(batch: LogBatch): void {
    if (this.#failure !== null || this.#closing) return;
    const { buffer } = packBatch(batch);
    this.#post(buffer, buffer);
  }

  /**
   * Rejects with a `RangeError` when the log does not hold the entries, with `LogCorruption` when
   * they are damaged (and the log is poisoned), with the failure of a poisoned log.
   */
  read(from: number, to: number, maxBytes: number): Promise<readonly LogEntry[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#closing) return Promise.reject(new Error('the log is closed'));
    this.#lastRead += 1;
    const id = this.#lastRead;
    return new Promise((resolve, reject) => {
      this.#reads.set(id, { resolve, reject });
      this.#post({ kind: 'read', id, from, to, maxBytes });
    });
  }

  /** What was appended before is made durable and reported first. */
  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#post({ kind: 'close' });
    }
    return this.#closed;
  }

  /** To be called for each message of the worker. */
  receive(reply: LogReply): void {
    if (typeof reply === 'number') this.onDurable(reply);
    else if (reply.kind === 'failed') this.fail(fromWire(reply.error));
    else if (reply.kind === 'entries')
      this.#take(reply.id)?.resolve(unpackEntries(Buffer.from(reply.records)));
    else if (reply.kind === 'unread') this.#take(reply.id)?.reject(fromWire(reply.error));
  }

  /** Poisons this side too. Only the first failure is reported. */
  fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#rejectReads(error);
    this.onFailure(error);
  }

  /** To be called when the worker is gone. */
  ended(): void {
    if (!this.#closing) this.fail(new Error('the thread of the log ended'));
    this.#rejectReads(new Error('the log is closed'));
  }

  #take(id: number): PendingRead | undefined {
    const read = this.#reads.get(id);
    this.#reads.delete(id);
    return read;
  }

  #rejectReads(error: Error): void {
    for (const read of this.#reads.values()) read.reject(error);
    this.#reads.clear();
  }
}
