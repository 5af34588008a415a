import { maxRememberedNames } from './limits.ts';
import type { Tx } from './tx.ts';

/** Given by the schema. */
export const NO_OP = 1;
export const CONFIGURATION = 2;

/**
 * The numbers that stand for kinds, actors, courses and codes in the journal, given in the order in which
 * the log names them: the same on every node.
 */
export class JournalNames {
  readonly #tx: Tx;
  readonly #numbers = new Map<string, number>();

  constructor(tx: Tx) {
    this.#tx = tx;
  }

  /** Its number, a new one when it has none. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#stored(name) ?? this.#give(name);
    this.#remember(name, number);
    return number;
  }

  #stored(name: string): number | undefined {
    return this.#tx.get<{ number: number }>('SELECT number FROM journal_names WHERE name = ?', name)
      ?.number;
  }

  #give(name: string): number {
    this.#tx.run('INSERT INTO journal_names (name) VALUES (?)', name);
    const number = this.#stored(name);
    if (number === undefined) throw new Error(`broken invariant: ${name} got no number`);
    return number;
  }

  #remember(name: string, number: number): void {
    if (this.#numbers.size >= maxRememberedNames) this.#numbers.clear();
    this.#numbers.set(name, number);
  }
}
