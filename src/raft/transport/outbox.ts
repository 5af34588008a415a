import type { Writable } from 'node:stream';
import type { TransportLimits } from './limits.ts';
import type { PeerCounters } from './peer-counters.ts';

/** A frame on its way: once 'written' it may reach the peer. */
export interface QueuedFrame {
  readonly bytes: Buffer;
  state: 'queued' | 'written' | 'dropped';
}

export type OutboxLimits = Pick<
  TransportLimits,
  'maxQueuedFrames' | 'maxQueuedBytes' | 'maxWriteBytes' | 'patienceMs'
>;

export type OutboxCounters = Pick<PeerCounters, 'frames_sent' | 'bytes_sent' | 'frames_dropped'>;

/**
 * The bounded queue in front of one stream. Frames of one tick go out in one write; while the
 * stream is full they gather, so a slow peer gets fewer and larger writes.
 */
export class Outbox {
  readonly #stream: Writable;
  readonly #limits: OutboxLimits;
  readonly #counters: OutboxCounters;
  #queue: QueuedFrame[] = [];
  #queuedBytes = 0;
  #scheduled = false;
  #patience: NodeJS.Timeout | null = null;
  #blocked = false;
  #closed = false;

  constructor(stream: Writable, limits: OutboxLimits, counters: OutboxCounters) {
    this.#stream = stream;
    this.#limits = limits;
    this.#counters = counters;
    stream.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
  }

  get queuedFrames(): number {
    return this.#queue.length;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Null when the queue is full or closed: the frame is dropped. One that is not urgent goes with the
   * next that is, or when the patience is over.
   */
  push(bytes: Buffer, urgency: 'urgent' | 'patient' = 'urgent'): QueuedFrame | null {
    if (
      this.#closed ||
      this.#queue.length >= this.#limits.maxQueuedFrames ||
      this.#queuedBytes + bytes.length > this.#limits.maxQueuedBytes
    ) {
      this.#counters.frames_dropped += 1;
      return null;
    }
    const frame: QueuedFrame = { bytes, state: 'queued' };
    this.#queue.push(frame);
    this.#queuedBytes += bytes.length;
    if (urgency === 'urgent') this.#schedule();
    else this.#patience ??= setTimeout(() => this.#flush(), this.#limits.patienceMs);
    return frame;
  }

  /** Takes a frame back unless it is written already. Rare, hence linear. */
  withdraw(frame: QueuedFrame): void {
    if (frame.state !== 'queued') return;
    frame.state = 'dropped';
    this.#queue = this.#queue.filter((queued) => queued !== frame);
    this.#queuedBytes -= frame.bytes.length;
    this.#counters.frames_dropped += 1;
  }

  /** Drops what is queued. */
  close(): void {
    this.#closed = true;
    this.#endPatience();
    this.#counters.frames_dropped += this.#queue.length;
    for (const frame of this.#queue) frame.state = 'dropped';
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#endPatience();
    while (!this.#blocked && !this.#closed && this.#queue.length > 0) {
      const batch = this.#takeBatch();
      this.#blocked = !this.#stream.write(batch);
    }
  }

  #endPatience(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #takeBatch(): Buffer {
    let frames = 0;
    let bytes = 0;
    for (const frame of this.#queue) {
      if (frames > 0 && bytes + frame.bytes.length > this.#limits.maxWriteBytes) break;
      frame.state = 'written';
      frames += 1;
      bytes += frame.bytes.length;
    }
    this.#queuedBytes -= bytes;
    this.#counters.frames_sent += frames;
    this.#counters.bytes_sent += bytes;
    const batch = this.#queue.splice(0, frames);
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) return only.bytes;
    return Buffer.concat(
      batch.map((frame) => frame.bytes),
      bytes,
    );
  }
}
