import type { HardState } from '../ports.ts';
import { EntryPositions } from './entry-positions.ts';
import { LogRuleBroken } from './errors.ts';
import { MAX_ID_BYTES } from './format.ts';
import type { SegmentHeader } from './segment-header.ts';
import { SegmentSpans } from './segment-spans.ts';
import { TermRuns } from './term-runs.ts';

interface Base {
  readonly index: number;
  readonly term: number;
}

/**
 * What the records say so far. Appending and replay go through the same methods, so a log that is
 * opened again is in the state in which it was written.
 */
export class LogState {
  readonly positions = new EntryPositions();
  readonly segments = new SegmentSpans();
  readonly #terms: TermRuns;
  #base: Base;
  #hardState: HardState;
  #snapshot: Base = { index: 0, term: 0 };

  constructor(base: Base, hardState: HardState) {
    this.#base = base;
    this.#terms = new TermRuns(base);
    this.#hardState = hardState;
  }

  /** Just before the first entry. */
  get base(): Base {
    return this.#base;
  }

  /** The newest snapshot that is known to be durable, 0/0 when there is none. */
  get snapshot(): Base {
    return this.#snapshot;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get lastIndex(): number {
    return this.#base.index + this.positions.length;
  }

  get lastTerm(): number {
    return this.#terms.termAt(this.lastIndex);
  }

  get terms(): { first_index: number; term: number }[] {
    return this.#terms.toArray();
  }

  /** What follows is in this segment. */
  beginSegment(header: SegmentHeader): void {
    const { seq, prev_index, prev_term, segment_bytes, base_index, base_term } = header;
    this.segments.begin(seq, { index: prev_index, term: prev_term }, segment_bytes);
    if (base_index > this.#snapshot.index) {
      this.#snapshot = { index: base_index, term: base_term };
    }
  }

  /** Throws `LogRuleBroken` when term or vote would fall back (paper, §5.1 and §5.2). */
  setHardState(next: HardState): void {
    const now = this.#hardState;
    if (next.term < now.term)
      throw new LogRuleBroken(`term ${next.term} written after term ${now.term}`);
    if (next.term === now.term && now.voted_for !== null && next.voted_for !== now.voted_for)
      throw new LogRuleBroken(
        `vote for ${next.voted_for} in term ${now.term} after a vote for ${now.voted_for}`,
      );
    if (Buffer.byteLength(next.voted_for ?? '') > MAX_ID_BYTES)
      throw new LogRuleBroken(`voted_for has more than ${MAX_ID_BYTES} bytes`);
    this.#hardState = next;
  }

  /**
   * True when the log already holds the entry: the same index and term are the same entry (paper,
   * §5.3), so it changes nothing and what follows it stays.
   */
  holds(index: number, term: number): boolean {
    return (
      index > this.#base.index && index <= this.lastIndex && this.#terms.termAt(index) === term
    );
  }

  /**
   * Puts an entry that the log does not hold after `index - 1`; what was at `index` and after it
   * is superseded. Throws `LogRuleBroken` on a gap, an entry in the base or a term that goes back.
   */
  place(index: number, term: number, seq: number, offset: number): void {
    if (index <= this.#base.index || index > this.lastIndex + 1)
      throw new LogRuleBroken(
        `entry ${index} in a log of entries ${this.#base.index + 1} to ${this.lastIndex}`,
      );
    const before = this.#terms.termAt(index - 1);
    if (term < before)
      throw new LogRuleBroken(`entry ${index} of term ${term} after one of term ${before}`);
    if (index <= this.#snapshot.index)
      throw new LogRuleBroken(
        `entry ${index} supersedes one that snapshot ${this.#snapshot.index} covers`,
      );
    this.#terms.truncateFrom(index);
    this.#terms.push(index, term);
    this.positions.truncateTo(index - this.#base.index - 1);
    this.positions.push(seq, offset);
    this.segments.placed(index);
  }

  /**
   * A snapshot is durable. One before the base is passed over: on replay, a later one has moved the
   * base since. Throws `LogRuleBroken` when the snapshot is none of this log.
   */
  markSnapshot({ index, term }: Base): void {
    if (index < this.#base.index) return;
    if (index > this.lastIndex || this.#terms.termAt(index) !== term)
      throw new LogRuleBroken(`snapshot ${index} of term ${term} is not in the log`);
    if (index > this.#snapshot.index) this.#snapshot = { index, term };
  }

  /** Forgets the `count` oldest segments and their entries; returns their sequence numbers. */
  removeSegments(count: number): number[] {
    const removed = this.segments.remove(count);
    const { prev } = this.segments.oldest();
    this.#terms.compactTo(prev, this.lastIndex);
    this.positions.dropFirst(prev.index - this.#base.index);
    this.#base = prev;
    return removed;
  }
}
