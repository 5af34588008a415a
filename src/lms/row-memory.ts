import { maxRememberedValues } from './limits.ts';
import type { WatchedTable } from './table-watch.ts';

interface Remembered {
  readonly value: NonNullable<unknown>;
  readonly tables: readonly WatchedTable[];
  readonly versions: readonly number[];
}

/** By the parts of the keys: to look up one part after the other is cheaper than to join them first. */
interface Branch extends Map<string, Branch | Remembered> {}

/**
 * What was worked out from rows that hardly ever change (who a session belongs to, a role in a
 * course), for as long as no table that it was read from is written to. The tables are those that were
 * read meanwhile, so nobody has to name them. Never a different answer than the rows would give.
 */
export class RowMemory {
  readonly #values: Branch = new Map();
  #size = 0;
  /** Of the computation that runs, `null` when none does. */
  #reading: Set<WatchedTable> | null = null;

  /** To be called for each table that is read. */
  read(tables: readonly WatchedTable[]): void {
    if (this.#reading === null) return;
    for (const table of tables) this.#reading.add(table);
  }

  /**
   * What `compute` gave the last time, or gives now. Only what is there is remembered.
   *
   * @param key what it is, then of which rows: always as many parts for the same thing
   */
  get<Value>(key: readonly string[], compute: () => Value): Value {
    const known = this.#known(key);
    if (known !== undefined && isFresh(known)) {
      this.read(known.tables);
      return known.value as Value;
    }
    const outer = this.#reading;
    const reading = new Set<WatchedTable>();
    this.#reading = reading;
    try {
      const value = compute();
      if (value !== null && value !== undefined) this.#keep(key, value, [...reading]);
      return value;
    } finally {
      this.#reading = outer;
      this.read([...reading]);
    }
  }

  #known(key: readonly string[]): Remembered | undefined {
    let found: Branch | Remembered | undefined = this.#values;
    for (const part of key) {
      if (found === undefined) return undefined;
      found = (found as Branch).get(part);
    }
    return found as Remembered | undefined;
  }

  #keep(
    key: readonly string[],
    value: NonNullable<unknown>,
    tables: readonly WatchedTable[],
  ): void {
    if (this.#size >= maxRememberedValues) {
      this.#values.clear();
      this.#size = 0;
    }
    let branch = this.#values;
    for (const part of key.slice(0, -1)) {
      const next = branch.get(part) ?? new Map();
      branch.set(part, next);
      branch = next as Branch;
    }
    const last = key.at(-1) ?? '';
    if (!branch.has(last)) this.#size += 1;
    branch.set(last, { value, tables, versions: tables.map((table) => table.version) });
  }
}

function isFresh({ tables, versions }: Remembered): boolean {
  for (let n = 0; n < tables.length; n += 1) {
    if (tables[n]?.version !== versions[n]) return false;
  }
  return true;
}
