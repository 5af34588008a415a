import type { LogEngine } from './log-engine.ts';
import { seqOfPacked } from './packed-batch.ts';
import { toWire } from './wire-error.ts';
import type { CompactRequest, LogReply, LogRequest, ReadRequest } from './worker-messages.ts';

/** The worker's side of the channel to the main thread. */
export interface ServerPort {
  post(reply: LogReply, transfer?: ArrayBuffer): void;
  /** The next request that is already waiting. */
  take(): LogRequest | undefined;
}

/**
 * Serves one log in the order of the requests. Everything that queued up while the last fsync ran
 * goes into the next one: a second queue, or a timer that waits for company, is not needed.
 */
export class LogServer {
  readonly #engine: LogEngine;
  readonly #port: ServerPort;
  readonly #maxGroupBytes: number;
  #failed = false;

  constructor(engine: LogEngine, port: ServerPort, maxGroupBytes: number) {
    this.#engine = engine;
    this.#port = port;
    this.#maxGroupBytes = maxGroupBytes;
  }

  /** Serves `first` and all that wait behind it. Returns false once the log is closed. */
  serve(first: LogRequest): boolean {
    let request: LogRequest | undefined = first;
    while (request !== undefined) {
      if (request instanceof ArrayBuffer) request = this.#append(request);
      else if (request.kind === 'close') return this.#close();
      else {
        if (request.kind === 'read') this.#read(request);
        else this.#compact(request);
        request = this.#port.take();
      }
    }
    return true;
  }

  /** To be called when nothing came in for a while. */
  idle(): void {
    this.#orFail(() => this.#engine.mark());
  }

  /** One step of preparing the next segment; `more` asks for another soon. */
  prepareSpare(): 'done' | 'more' | 'disk_full' {
    const outcome = this.#orFail(() => this.#engine.prepareSpare()) ?? 'done';
    if (outcome === 'disk_full') this.#port.post({ kind: 'disk_full' });
    return outcome;
  }

  /** Gathers a group and makes it durable; returns the request that ended the gathering. */
  #append(first: ArrayBuffer): LogRequest | undefined {
    const group = [Buffer.from(first)];
    let size = first.byteLength;
    let next = this.#port.take();
    while (next instanceof ArrayBuffer && size + next.byteLength <= this.#maxGroupBytes) {
      group.push(Buffer.from(next));
      size += next.byteLength;
      next = this.#port.take();
    }
    this.#orFail(() => {
      this.#engine.append(group);
      this.#port.post(seqOfPacked(group.at(-1)!));
    });
    if (this.#engine.spareIsLate) this.prepareSpare();
    return next;
  }

  #read({ id, from, to, maxBytes }: ReadRequest): void {
    try {
      const records = this.#engine.read(from, to, maxBytes).buffer;
      this.#port.post({ kind: 'entries', id, records }, records);
    } catch (error) {
      this.#port.post({ kind: 'unread', id, error: toWire(error) });
      if (!(error instanceof RangeError)) this.#fail(error);
    }
  }

  #compact({ id, compaction }: CompactRequest): void {
    this.#orFail(() => {
      this.#port.post({ kind: 'compacted', id, base: this.#engine.compact(compaction) });
    });
  }

  #close(): boolean {
    this.#orFail(() => this.#engine.close());
    return false;
  }

  #orFail<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** A poisoned engine throws on every call: it is said once. */
  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#port.post({ kind: 'failed', error: toWire(error) });
  }
}
