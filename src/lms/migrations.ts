import { readdirSync, readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { deferForeignKeys } from './deferred-keys.ts';

const FOLDER = new URL('./schema/', import.meta.url);

interface Migration {
  readonly number: number;
  readonly sql: string;
}

function migrations(): Migration[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{3}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 3)),
      sql: readFileSync(new URL(name, FOLDER), 'utf8'),
    }));
}

/**
 * Brings the schema up to this program's, each step in a transaction of its own with the number of
 * the step (`PRAGMA user_version`). Throws when the database is newer than the program.
 */
export function migrate(database: DatabaseSync): void {
  const { user_version: current } = database.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  const all = migrations();
  const newest = all.at(-1)?.number ?? 0;
  if (current > newest) {
    throw new Error(
      `lms.db has schema ${current}, this program knows up to ${newest}: ` +
        'it was written by a newer version. Start that version, or a later one, on this folder.',
    );
  }
  for (const { number, sql } of all) {
    if (number <= current) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${number}; COMMIT`);
  }
  deferForeignKeys(database);
}
