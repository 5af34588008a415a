interface Scheduled {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void;
}

/** What is to happen, by (time, sequence): of two things at one time, the one that was planned first. */
export class EventHeap {
  /** µs of virtual time. */
  now = 0;
  #sequence = 0;
  readonly #heap: Scheduled[] = [];

  /** For a person to read: ms. */
  get clock(): string {
    return (this.now / 1000).toFixed(3).padStart(9);
  }

  at(time: number, run: () => void): void {
    this.#sequence += 1;
    const scheduled = { at: Math.max(time, this.now), sequence: this.#sequence, run };
    const heap = this.#heap;
    let position = heap.push(scheduled) - 1;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!isBefore(scheduled, heap[parent] as Scheduled)) break;
      heap[position] = heap[parent] as Scheduled;
      position = parent;
    }
    heap[position] = scheduled;
  }

  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  /** Runs all that is due up to `end`, or until `done` says so; counts what ran. */
  runUntil(end: number, done: () => boolean = () => false): number {
    let ran = 0;
    while (!done() && (this.#heap[0]?.at ?? Number.POSITIVE_INFINITY) <= end) {
      const next = this.#pop();
      this.now = next.at;
      next.run();
      ran += 1;
    }
    if (!done()) this.now = end;
    return ran;
  }

  #pop(): Scheduled {
    const heap = this.#heap;
    const first = heap[0] as Scheduled;
    const last = heap.pop() as Scheduled;
    if (heap.length === 0) return first;
    let position = 0;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as Scheduled, heap[child] as Scheduled)) {
        child = right;
      }
      if (!isBefore(heap[child] as Scheduled, last)) break;
      heap[position] = heap[child] as Scheduled;
      position = child;
    }
    heap[position] = last;
    return first;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
