interface Span {
  readonly seq: number;
  /** The last entry before the segment, as the log was when it was made. */
  readonly prev: { readonly index: number; readonly term: number };
  readonly bytes: number;
  /** The lowest index of an entry in it, also of one that was superseded since. */
  lowest: number;
}

/** What each segment holds, oldest first: from it follows which of them may go. */
export class SegmentSpans {
  readonly #spans: Span[] = [];

  /** The oldest but `removed`. */
  oldest(removed = 0): Span {
    return this.#spans[removed]!;
  }

  begin(seq: number, prev: Span['prev'], bytes: number): void {
    this.#spans.push({ seq, prev, bytes, lowest: Number.POSITIVE_INFINITY });
  }

  /** An entry was put into the newest segment. */
  placed(index: number): void {
    const newest = this.#spans.at(-1)!;
    newest.lowest = Math.min(newest.lowest, index);
  }

  /**
   * How many of the oldest segments can be removed: as many as `mayBegin` allows. It is asked whether
   * the log may begin after entry `prevIndex` with `bytesLeft` of segments. A log begins only where
   * nothing that stays supersedes what goes.
   */
  removable(mayBegin: (prevIndex: number, bytesLeft: number) => boolean): number {
    let lowest = Number.POSITIVE_INFINITY;
    let bytesLeft = 0;
    for (let i = this.#spans.length - 1; i > 0; i -= 1) {
      const span = this.#spans[i]!;
      lowest = Math.min(lowest, span.lowest);
      bytesLeft += span.bytes;
      if (lowest > span.prev.index && mayBegin(span.prev.index, bytesLeft)) return i;
    }
    return 0;
  }

  /** Forgets the `count` oldest and returns their sequence numbers, oldest first. */
  remove(count: number): number[] {
    return this.#spans.splice(0, count).map((span) => span.seq);
  }
}
