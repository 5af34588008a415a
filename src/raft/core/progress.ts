import { assert } from './assert.ts';
import { maxInflightBytes, maxInflightMessages } from './limits.ts';

/**
 * What the leader knows of one peer. Always `match < next`.
 *
 * - `probe`: where the logs meet is not known; one message at a time.
 * - `replicate`: they meet; entries are sent ahead of the answers, within the window.
 * - `snapshot`: the log does not reach back to `next`; a snapshot is sent, and only heartbeats besides.
 *   It ends when the peer shows that it holds the log's base.
 */
export class Progress {
  state: 'probe' | 'replicate' | 'snapshot' = 'probe';
  /** Known to be durable there. */
  match = 0;
  next: number;
  /** In `probe`: the one message is on its way. */
  probing = false;
  /** Entries are being read from the disk for this peer. */
  reading = false;
  /** In `snapshot`: when it is sent again unless something is heard of it. */
  snapshotUntil = 0;
  /** When it last answered in this term; before that, when it began to be asked. */
  contactAt: number;
  /** When it last answered in this term, in truth. */
  answeredAt = Number.NEGATIVE_INFINITY;
  /** How far the last message lets the peer commit. */
  commitSent = 0;
  /** When the commit index goes to it by itself, unless another message brings it there before. */
  noticeAt = Number.POSITIVE_INFINITY;
  /** It has asked for something lately, and may wait for it: until then it hears of a commit at once. */
  attentiveUntil = Number.NEGATIVE_INFINITY;
  roundSent = 0;
  roundAcked = 0;
  /** Since then, by our clock, it helps to elect nobody else; see `lease.ts`. */
  leaseFrom = Number.NEGATIVE_INFINITY;
  /** Of a peer of which the configuration does not say it: what it spoke from last. */
  directory: string | null = null;
  #inflight: { readonly last: number; readonly bytes: number }[] = [];
  #inflightBytes = 0;

  constructor(next: number, now: number) {
    this.next = next;
    this.contactAt = now;
  }

  get windowFull(): boolean {
    return this.#inflight.length >= maxInflightMessages || this.#inflightBytes >= maxInflightBytes;
  }

  /** Entries up to `last` were sent; in `replicate` the next ones may follow at once. */
  sent(last: number, bytes: number): void {
    assert(last >= this.next, 'entries were sent twice in a row');
    if (this.state === 'probe') {
      this.probing = true;
      return;
    }
    this.next = last + 1;
    this.#inflight.push({ last, bytes });
    this.#inflightBytes += bytes;
  }

  /**
   * The peer holds everything up to `match`; older news changes nothing.
   * @param base where the log begins
   */
  acknowledged(match: number, base: number): void {
    if (match > this.match) this.match = match;
    if (this.next <= this.match) this.next = this.match + 1;
    if (this.state === 'snapshot' && this.match < base) return;
    this.probing = false;
    this.state = 'replicate';
    while (this.#inflight.length > 0 && (this.#inflight[0]?.last ?? 0) <= this.match) {
      this.#inflightBytes -= this.#inflight.shift()?.bytes ?? 0;
    }
  }

  /**
   * The peer refused; its log may meet ours just before `next`. Ignored when it takes us no further
   * back: the answer to a message that was already given up.
   */
  refused(next: number): void {
    if (this.state === 'snapshot') return;
    const bounded = Math.max(this.match + 1, Math.min(next, this.next - 1));
    if (bounded >= this.next) return;
    this.probeFrom(bounded);
  }

  /**
   * Messages on the way were lost: start again from what is known, as far as the log reaches back. Before
   * its first answer nothing is, and what was sent moved nothing: to ask where the logs meet goes on from
   * there, or whoever was away at an election would be sent the whole log.
   */
  lost(base: number): void {
    if (this.state === 'snapshot') return;
    this.probeFrom(this.state === 'probe' ? this.next : this.match + 1);
    if (this.next <= base) this.next = base + 1;
  }

  /** The log does not reach back to `next`. */
  needsSnapshot(until: number): void {
    this.probeFrom(this.next);
    this.state = 'snapshot';
    this.snapshotUntil = until;
  }

  private probeFrom(next: number): void {
    this.state = 'probe';
    this.next = next;
    this.probing = false;
    this.#inflight = [];
    this.#inflightBytes = 0;
  }
}
