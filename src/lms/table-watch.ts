import { constants, type DatabaseSync, type StatementSync } from 'node:sqlite';

/** How often a table was written to, as far as anybody has asked. */
export interface WatchedTable {
  version: number;
}

export interface WatchedStatement {
  readonly statement: StatementSync;
  readonly reads: readonly WatchedTable[];
  readonly writes: readonly WatchedTable[];
}

/**
 * Which tables each statement reads and writes: SQLite says so itself when it prepares one (its
 * authorizer is asked for every access, also those of triggers and foreign keys), so that what is
 * remembered of rows can be thrown away exactly when it has to be.
 */
export class TableWatch {
  readonly #tables = new Map<string, WatchedTable>();
  #reads = new Set<WatchedTable>();
  #writes = new Set<WatchedTable>();

  /** To be called once per connection. */
  attach(database: DatabaseSync): void {
    database.setAuthorizer((action, table) => {
      if (table !== null) this.#note(action, table);
      return constants.SQLITE_OK;
    });
  }

  prepare(database: DatabaseSync, sql: string): WatchedStatement {
    this.#reads = new Set();
    this.#writes = new Set();
    const statement = database.prepare(sql);
    return { statement, reads: [...this.#reads], writes: [...this.#writes] };
  }

  /** Nothing that was remembered holds any more: a rollback, or another state. */
  forgetAll(): void {
    for (const table of this.#tables.values()) table.version += 1;
  }

  #note(action: number, name: string): void {
    const { SQLITE_READ, SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE } = constants;
    if (action === SQLITE_READ) this.#reads.add(this.#table(name));
    else if (action === SQLITE_INSERT || action === SQLITE_UPDATE || action === SQLITE_DELETE) {
      this.#writes.add(this.#table(name));
    }
  }

  #table(name: string): WatchedTable {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = { version: 0 };
      this.#tables.set(name, table);
    }
    return table;
  }
}
