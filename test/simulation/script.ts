/**
 * What happens to a cluster: faults, changes of members, operations of clients. Each has a name and
 * chance of its own, so that any may be left out while the others stay what they are.
 */
export class Script {
  /** Names and what became of them, in order; empty unless the run is recorded. */
  readonly told: { readonly name: string; readonly line: string }[] = [];
  readonly #only: ReadonlySet<string> | null;
  readonly #clock: () => string;
  readonly #records: boolean;

  /** @param only the names of what may happen, `null`: everything */
  constructor(only: readonly string[] | null, clock: () => string, records: boolean) {
    this.#only = only === null ? null : new Set(only);
    this.#clock = clock;
    this.#records = records;
  }

  /** Whether it happens. */
  plays(name: string, what: string): boolean {
    if (this.#only !== null && !this.#only.has(name)) return false;
    if (this.#records) this.told.push({ name, line: `${this.#clock()} ${name}: ${what}` });
    return true;
  }
}
