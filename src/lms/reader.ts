import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { RowMemory } from './row-memory.ts';
import type { TableWatch, WatchedStatement } from './table-watch.ts';

export type Row = Record<string, SQLInputValue>;

/** What all readers of one connection share. */
export interface Connection {
  readonly database: DatabaseSync;
  readonly watch: TableWatch;
  readonly memory: RowMemory;
}

/**
 * Prepared statements over one connection, prepared once per text. A `Reader` cannot write: the
 * power to write exists only in a `Tx`, inside `apply`.
 */
export class Reader {
  #connection: Connection;
  readonly #statements = new Map<string, WatchedStatement>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Called by the machine only: the state is another one from now on. */
  moveTo(connection: Connection): void {
    this.#connection = connection;
    this.#statements.clear();
  }

  /** The first row, or `undefined`. */
  get<R = Row>(sql: string, ...parameters: SQLInputValue[]): R | undefined {
    return this.#reading(sql).get(...parameters) as R | undefined;
  }

  all<R = Row>(sql: string, ...parameters: SQLInputValue[]): R[] {
    return this.#reading(sql).all(...parameters) as R[];
  }

  /** The values of each row, in the order of the columns: cheaper than `all` where rows are many. */
  allValues<R extends readonly SQLOutputValue[]>(sql: string, ...parameters: SQLInputValue[]): R[] {
    const statement = this.#reading(sql);
    statement.setReturnArrays(true);
    try {
      return statement.all(...parameters) as unknown as R[];
    } finally {
      statement.setReturnArrays(false);
    }
  }

  /**
   * What `compute` makes of rows, remembered until one of the tables that it reads is written to. For
   * what nearly every request asks and hardly anything changes. The value must not be changed.
   *
   * @param key what it is, then of which rows: always as many parts for the same thing
   */
  remember<Value>(key: readonly string[], compute: () => Value): Value {
    return this.#connection.memory.get(key, compute);
  }

  /**
   * Said by the rule that finds out to which course something belongs, before it judges who may have it. Of whoever
   * only reads, nobody keeps it; a `Tx` does.
   */
  concerns(_courseId: string): void {}

  /** @param wording what is prepared for this text, when that is not the text itself */
  protected statement(sql: string, wording?: (sql: string) => string): WatchedStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      const { database, watch } = this.#connection;
      statement = watch.prepare(database, wording?.(sql) ?? sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #reading(sql: string): WatchedStatement['statement'] {
    const { statement, reads } = this.statement(sql);
    this.#connection.memory.read(reads);
    return statement;
  }
}
