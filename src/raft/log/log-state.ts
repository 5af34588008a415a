import type { HardState } from '../ports.ts';
import { EntryPositions } from './entry-positions.ts';
import { LogRuleBroken } from './errors.ts';
import { MAX_ID_BYTES } from './format.ts';
import { TermRuns } from './term-runs.ts';

interface Base {
  readonly index: number;
  readonly term: number;
}

/**
 * What the records say so far. Appending and replay go through the same two methods, so a log
 * that is opened again is in the state in which it was written.
 */
export class LogState {
  readonly base: Base;
  readonly positions = new EntryPositions();
  readonly #terms: TermRuns;
  #hardState: HardState;

  constructor(base: Base, hardState: HardState) {
    this.base = base;
    this.#terms = new TermRuns(base);
    this.#hardState = hardState;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get lastIndex(): number {
    return this.base.index + this.positions.length;
  }

  get lastTerm(): number {
    return this.#terms.termAt(this.lastIndex);
  }

  get terms(): { first_index: number; term: number }[] {
    return this.#terms.toArray();
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
    return index > this.base.index && index <= this.lastIndex && this.#terms.termAt(index) === term;
  }

  /**
   * Puts an entry that the log does not hold after `index - 1`; what was at `index` and after it
   * is superseded. Throws `LogRuleBroken` on a gap, an entry in the base or a term that goes back.
   */
  place(index: number, term: number, seq: number, offset: number): void {
    if (index <= this.base.index || index > this.lastIndex + 1)
      throw new LogRuleBroken(
        `entry ${index} in a log of entries ${this.base.index + 1} to ${this.lastIndex}`,
      );
    const before = this.#terms.termAt(index - 1);
    if (term < before)
      throw new LogRuleBroken(`entry ${index} of term ${term} after one of term ${before}`);
    this.#terms.truncateFrom(index);
    this.#terms.push(index, term);
    this.positions.truncateTo(index - this.base.index - 1);
    this.positions.push(seq, offset);
  }
}
