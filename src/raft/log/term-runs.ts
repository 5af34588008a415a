/** The terms of the log, one run per term. Index `base` belongs to it, the entries follow. */
export class TermRuns {
  #base: { readonly index: number; readonly term: number };
  #runs: { readonly first_index: number; readonly term: number }[] = [];

  constructor(base: { readonly index: number; readonly term: number }) {
    this.#base = base;
  }

  /** Of an index that the log holds, or of the base. */
  termAt(index: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.first_index <= index) low = middle + 1;
      else high = middle;
    }
    return this.#runs[low - 1]?.term ?? this.#base.term;
  }

  push(index: number, term: number): void {
    const last = this.#runs.at(-1);
    if (last === undefined || last.term !== term) this.#runs.push({ first_index: index, term });
  }

  /** Forgets `index` and all after it. */
  truncateFrom(index: number): void {
    while (this.#runs.length > 0 && this.#runs.at(-1)!.first_index >= index) this.#runs.pop();
  }

  /** Forgets what is at or before `base`; `last` is the last index. */
  compactTo(base: { readonly index: number; readonly term: number }, last: number): void {
    this.#base = base;
    const first = base.index + 1;
    this.#runs = this.#runs
      .filter((_, i) => (this.#runs[i + 1]?.first_index ?? last + 1) > first)
      .map((run) => ({ ...run, first_index: Math.max(run.first_index, first) }));
  }

  toArray(): { first_index: number; term: number }[] {
    return this.#runs.map((run) => ({ ...run }));
  }
}
