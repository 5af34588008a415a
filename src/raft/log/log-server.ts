import type { DiskRoom, Room } from './disk-room.ts';
import type { LogEngine } from './log-engine.ts';
import { bringsCommands, seqOfPacked } from './packed-batch.ts';
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
 *
 * When the disk has no room left, commands and all that comes behind them wait here until it has:
 * to the node this is a disk that hangs, which it knows how to live with.
 */
export class LogServer {
  readonly #engine: LogEngine;
  readonly #port: ServerPort;
  readonly #room: Pick<DiskRoom, 'look'>;
  readonly #maxGroupBytes: number;
  #waiting: Buffer[] = [];
  /** The last attempt to make a file met a full disk, whatever the file system says is free. */
  #metFullDisk = false;
  #said: Room = 'enough';
  #failed = false;

  constructor(
    engine: LogEngine,
    port: ServerPort,
    room: Pick<DiskRoom, 'look'>,
    maxGroupBytes: number,
  ) {
    this.#engine = engine;
    this.#port = port;
    this.#room = room;
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
    if (outcome !== 'more') this.#metFullDisk = outcome === 'disk_full';
    this.#tellRoom();
    return outcome;
  }

  /** To be called now and then: there may be room again for what waits. */
  retry(): void {
    this.#write();
    this.#tellRoom();
  }

  /** Gathers a group and makes it durable; returns the request that ended the gathering. */
  #append(first: ArrayBuffer): LogRequest | undefined {
    this.#waiting.push(Buffer.from(first));
    let size = first.byteLength;
    let next = this.#port.take();
    while (next instanceof ArrayBuffer && size + next.byteLength <= this.#maxGroupBytes) {
      this.#waiting.push(Buffer.from(next));
      size += next.byteLength;
      next = this.#port.take();
    }
    this.#write();
    if (this.#engine.spareIsLate) this.prepareSpare();
    return next;
  }

  /** Makes durable what waits, as far as there is room for it. */
  #write(): void {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#orFail(() => {
      const admitted = this.#room.look() === 'none' ? group.findIndex(bringsCommands) : -1;
      const allowed = admitted < 0 ? group : group.slice(0, admitted);
      const done = this.#engine.append(allowed);
      this.#metFullDisk ||= done < allowed.length;
      this.#waiting = group.slice(done);
      const last = group[done - 1];
      if (last !== undefined) this.#port.post(seqOfPacked(last));
      if (this.#waiting.length > 0) this.#tellRoom();
    });
  }

  #tellRoom(): void {
    const room = this.#orFail(() => this.#judgeRoom()) ?? 'enough';
    if (room === this.#said || this.#failed) return;
    this.#said = room;
    this.#port.post({ kind: 'room', room });
  }

  #judgeRoom(): Room {
    if (this.#waiting.length > 0) return 'none';
    const room = this.#room.look();
    return room === 'enough' && this.#metFullDisk ? 'low' : room;
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
    this.#waiting = [];
    this.#port.post({ kind: 'failed', error: toWire(error) });
  }
}
