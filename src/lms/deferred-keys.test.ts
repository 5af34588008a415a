import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { deferForeignKeys } from './deferred-keys.ts';
import { migrate } from './migrations.ts';

t.test('a key that is violated is noticed at the commit, and takes all of it back', async (t) => {
  const database = new DatabaseSync(':memory:');
  database.exec(`CREATE TABLE a (id TEXT PRIMARY KEY);
    CREATE TABLE b (a TEXT REFERENCES a (id), c TEXT REFERENCES "a" (id) DEFERRABLE INITIALLY DEFERRED)`);
  deferForeignKeys(database);
  deferForeignKeys(database);
  database.exec("BEGIN; INSERT INTO b VALUES ('x', 'x'); INSERT INTO a VALUES ('x'); COMMIT");
  database.exec("BEGIN; INSERT INTO b VALUES ('y', NULL)");
  t.throws(() => database.exec('COMMIT'), /FOREIGN KEY/);
  database.exec('ROLLBACK');
  t.equal(database.prepare('SELECT count(*) AS n FROM b').get()?.n, 1);
  const tamper = () => database.exec('PRAGMA writable_schema = ON; DELETE FROM sqlite_schema');
  t.throws(tamper, /may not be modified/, 'the schema is guarded again');
});

t.test('no key of the schema is checked after each statement', async (t) => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const tables = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
    .all() as { name: string; sql: string }[];
  const count = (sql: string, what: RegExp) => [...sql.matchAll(what)].length;
  t.ok(tables.some(({ sql }) => sql.includes('REFERENCES')));
  for (const { name, sql } of tables) {
    t.equal(count(sql, /DEFERRABLE INITIALLY DEFERRED/g), count(sql, /REFERENCES/g), name);
  }
});
