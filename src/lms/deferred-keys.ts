import type { DatabaseSync } from 'node:sqlite';

const REFERENCE = /REFERENCES "?\w+"? \([^)]*\)(?! DEFERRABLE)/g;

/**
 * Has foreign keys checked at the commit instead of after each statement. What violates one is a broken
 * invariant and takes the whole transaction with it either way; but a statement that may have to be
 * undone by itself makes SQLite copy every page that it is about to change (its statement journal),
 * which costs more than the change does.
 *
 * Only words of the schema change (https://www.sqlite.org/lang_altertable.html, section 7).
 */
export function deferForeignKeys(database: DatabaseSync): void {
  const tables = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%REFERENCES%'")
    .all() as { name: string; sql: string }[];
  const immediate = tables.filter(({ sql }) => sql.search(REFERENCE) !== -1);
  if (immediate.length === 0) return;
  database.enableDefensive(false);
  database.exec('BEGIN IMMEDIATE; PRAGMA writable_schema = ON');
  const change = database.prepare(
    "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?",
  );
  for (const { name, sql } of immediate) {
    change.run(sql.replace(REFERENCE, '$& DEFERRABLE INITIALLY DEFERRED'), name);
  }
  database.exec('PRAGMA writable_schema = RESET; COMMIT');
  database.enableDefensive(true);
}
