import type { LogEntry } from '../core/messages.ts';
import type { Compaction, LogBatch, LogPosition, LogStore, RecoveredLog } from '../ports.ts';
import { packBatch, unpackEntries } from './packed-batch.ts';
import { fromWire } from './wire-error.ts';
import type { LogReply, LogRequest } from './worker-messages.ts';

interface PendingCall {
  readonly resolve: (result: readonly LogEntry[] | LogPosition) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's side: packs batches, matches answers to calls. */
export class LogClient implements LogStore {
  readonly recovered: RecoveredLog;
  onDurable: (seq: number) => void = () => {};
  onFailure: (error: Error) => void = () => {};
  onDiskLow: (low: boolean) => void = () => {};
  readonly #post: (request: LogRequest, transfer?: ArrayBuffer) => void;
  readonly #closed: Promise<void>;
  readonly #calls = new Map<number, PendingCall>();
  #lastCall = 0;
  #failure: Error | null = null;
  #closing = false;
  #diskLow = false;

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

  get diskLow(): boolean {
    return this.#diskLow;
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
    return this.#call((id) => ({ kind: 'read', id, from, to, maxBytes }));
  }

  /** Rejects only when the log failed or is closed. */
  compact(compaction: Compaction): Promise<LogPosition> {
    return this.#call((id) => ({ kind: 'compact', id, compaction }));
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
    else if (reply.kind === 'room') this.#tellDisk(reply.room !== 'enough');
    else if (reply.kind === 'compacted') this.#take(reply.id)?.resolve(reply.base);
    else if (reply.kind === 'unread') this.#take(reply.id)?.reject(fromWire(reply.error));
  }

  /** Poisons this side too. Only the first failure is reported. */
  fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#rejectCalls(error);
    this.onFailure(error);
  }

  /** To be called when the worker is gone. */
  ended(): void {
    if (!this.#closing) this.fail(new Error('the thread of the log ended'));
    this.#rejectCalls(new Error('the log is closed'));
  }

  #call<T extends readonly LogEntry[] | LogPosition>(
    request: (id: number) => LogRequest,
  ): Promise<T> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#closing) return Promise.reject(new Error('the log is closed'));
    this.#lastCall += 1;
    const id = this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve: resolve as PendingCall['resolve'], reject });
      this.#post(request(id));
    });
  }

  #tellDisk(low: boolean): void {
    if (low === this.#diskLow) return;
    this.#diskLow = low;
    this.onDiskLow(low);
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  #rejectCalls(error: Error): void {
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}
