import { assert } from './assert.ts';
import { maxCachedBytes } from './limits.ts';
import type { LogEntry } from './messages.ts';

interface Position {
  readonly index: number;
  readonly term: number;
}

interface TermRun {
  readonly first_index: number;
  readonly term: number;
}

/**
 * The log as the core sees it: the term of every index, as runs (a log of millions of entries has a
 * handful), and the entries of its tail. What is not in memory is on the disk.
 *
 * Invariants: `base.index ≤ last`; terms never fall along the log (paper §5.3); the cache holds
 * `[cacheFirst, last]` without a gap.
 */
export class LogView {
  #base: Position;
  #last: number;
  #runs: TermRun[];
  #cache: LogEntry[] = [];
  #cacheFirst: number;
  #cacheBytes = 0;

  constructor(log: {
    readonly base: Position;
    readonly last_index: number;
    readonly terms: readonly TermRun[];
  }) {
    assert(log.last_index >= log.base.index, 'the log ends before it begins');
    this.#base = log.base;
    this.#last = log.last_index;
    this.#runs = [...log.terms];
    this.#cacheFirst = log.last_index + 1;
  }

  /** Just before the first entry: 0/0, or where a snapshot lets the log begin. */
  get base(): Position {
    return this.#base;
  }

  get lastIndex(): number {
    return this.#last;
  }

  get lastTerm(): number {
    return this.#runs.at(-1)?.term ?? this.base.term;
  }

  /** First index of which the entry is in memory. */
  get cacheFirst(): number {
    return this.#cacheFirst;
  }

  /** The term at `index`, `null` when the log does not hold it (any more, or yet). */
  termAt(index: number): number | null {
    if (index === this.base.index) return this.base.term;
    if (index < this.base.index || index > this.#last) return null;
    return this.#runs[this.#runOf(index)]?.term ?? null;
  }

  /** First index that has the same term as `index` has. */
  firstOfTermAt(index: number): number {
    const run = this.#runs[this.#runOf(index)];
    assert(run !== undefined, `the log does not hold index ${index}`);
    return run.first_index;
  }

  /** The last index with `term`, `null` when the log has none. */
  lastOfTerm(term: number): number | null {
    for (let i = this.#runs.length - 1; i >= 0; i -= 1) {
      const run = this.#runs[i] as TermRun;
      if (run.term === term) return (this.#runs[i + 1]?.first_index ?? this.#last + 1) - 1;
      if (run.term < term) break;
    }
    return this.base.term === term ? this.base.index : null;
  }

  append(entry: LogEntry): void {
    assert(entry.index === this.#last + 1, `entry ${entry.index} appended after ${this.#last}`);
    assert(entry.term >= this.lastTerm, `term ${entry.term} appended after ${this.lastTerm}`);
    if (entry.term !== this.#runs.at(-1)?.term) {
      this.#runs.push({ first_index: entry.index, term: entry.term });
    }
    this.#last = entry.index;
    this.#cache.push(entry);
    this.#cacheBytes += entry.command.length;
  }

  /** Takes `from` and everything after it away. */
  truncateFrom(from: number): void {
    assert(from > this.base.index, `truncation at ${from} reaches into the snapshot`);
    while ((this.#runs.at(-1)?.first_index ?? 0) >= from) this.#runs.pop();
    this.#last = from - 1;
    const kept = Math.max(0, from - this.#cacheFirst);
    for (const dropped of this.#cache.splice(kept)) this.#cacheBytes -= dropped.command.length;
    this.#cacheFirst = Math.min(this.#cacheFirst, from);
  }

  /** Forgets everything up to `base`, which the log holds. */
  compactTo(base: Position): void {
    assert(base.index >= this.base.index, `the base would go back to ${base.index}`);
    assert(
      this.termAt(base.index) === base.term,
      `the log does not hold ${base.index}/${base.term}`,
    );
    const first = base.index + 1;
    this.#runs = this.#runs
      .filter((_, n) => (this.#runs[n + 1]?.first_index ?? this.#last + 1) > first)
      .map(({ first_index: from, term }) => ({ first_index: Math.max(from, first), term }));
    this.#base = base;
    this.#dropCached(first - this.#cacheFirst);
  }

  /** Forgets everything: the log starts over after `base`. */
  reset(base: Position): void {
    assert(base.index > this.base.index, `the base would go back to ${base.index}`);
    this.#base = base;
    this.#last = base.index;
    this.#runs = [];
    this.#cache = [];
    this.#cacheBytes = 0;
    this.#cacheFirst = base.index + 1;
  }

  /** Entries from `from` on within both limits, at least one; `null` when not in memory. */
  slice(from: number, maxEntries: number, maxBytes: number): readonly LogEntry[] | null {
    if (from < this.#cacheFirst) return null;
    const start = from - this.#cacheFirst;
    let end = start;
    let bytes = 0;
    while (end < this.#cache.length && end - start < maxEntries) {
      bytes += (this.#cache[end] as LogEntry).command.length;
      if (bytes > maxBytes && end > start) break;
      end += 1;
    }
    return this.#cache.slice(start, end);
  }

  /** Lets go of the oldest entries at or below `index` while the cache is over its limit. */
  evict(index: number): void {
    if (this.#cacheBytes <= maxCachedBytes) return;
    const most = Math.min(index - this.#cacheFirst + 1, this.#cache.length);
    let count = 0;
    // A quarter more than needed, so that moving the rest down is rare.
    while (count < most && this.#cacheBytes > maxCachedBytes * 0.75) {
      this.#cacheBytes -= (this.#cache[count] as LogEntry).command.length;
      count += 1;
    }
    if (count === 0) return;
    this.#cache = this.#cache.slice(count);
    this.#cacheFirst += count;
  }

  #dropCached(count: number): void {
    if (count <= 0) return;
    for (const entry of this.#cache.slice(0, count)) this.#cacheBytes -= entry.command.length;
    this.#cache = this.#cache.slice(count);
    this.#cacheFirst += count;
  }

  #runOf(index: number): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#runs[middle] as TermRun).first_index <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
