import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export type Row = Record<string, SQLInputValue>;

/**
 * Prepared statements over one connection, prepared once per text. A `Reader` cannot write: the
 * power to write exists only in a `Tx`, inside `apply`.
 */
export class Reader {
  #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Called by the machine only: the state is another one from now on. */
  moveTo(database: DatabaseSync): void {
    this.#database = database;
    this.#statements.clear();
  }

  /** The first row, or `undefined`. */
  get<R = Row>(sql: string, ...parameters: SQLInputValue[]): R | undefined {
    return this.statement(sql).get(...parameters) as R | undefined;
  }

  all<R = Row>(sql: string, ...parameters: SQLInputValue[]): R[] {
    return this.statement(sql).all(...parameters) as R[];
  }

  protected statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
