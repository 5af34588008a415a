import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { maxRememberedValues } from './limits.ts';
import { RowMemory } from './row-memory.ts';
import { TableWatch } from './table-watch.ts';
import { Tx } from './tx.ts';

function scene(t: Test) {
  const database = new DatabaseSync(':memory:');
  t.teardown(() => database.close());
  database.exec(`CREATE TABLE people (name TEXT); CREATE TABLE rooms (name TEXT);
    CREATE TABLE doors (room TEXT);
    CREATE TRIGGER renamed AFTER UPDATE ON doors BEGIN UPDATE rooms SET name = NEW.room; END;
    INSERT INTO people VALUES ('ann'); INSERT INTO rooms VALUES ('hall'); INSERT INTO doors VALUES ('hall')`);
  const watch = new TableWatch();
  watch.attach(database);
  const tx = new Tx({ database, watch, memory: new RowMemory() });
  let asked = 0;
  const name = (table: string) =>
    tx.remember(['name', table], () => {
      asked += 1;
      return tx.get<{ name: string }>(`SELECT name FROM ${table}`)?.name;
    });
  return { tx, watch, name, asked: () => asked };
}

t.test('a value is remembered until its own table is written to', async (t) => {
  const { tx, name, asked } = scene(t);
  t.equal(name('people'), 'ann');
  t.equal(name('people'), 'ann');
  t.equal(asked(), 1);
  tx.run("UPDATE rooms SET name = 'attic'");
  t.equal(name('people'), 'ann');
  t.equal(asked(), 1, 'another table');
  tx.run("UPDATE people SET name = 'bob'");
  t.equal(name('people'), 'bob');
  tx.run('DELETE FROM people');
  t.equal(name('people'), undefined);
  tx.run("INSERT INTO people VALUES ('eve')");
  t.equal(name('people'), 'eve');
});

t.test('what triggers write counts too', async (t) => {
  const { tx, name } = scene(t);
  t.equal(name('rooms'), 'hall');
  tx.run("UPDATE doors SET room = 'cellar'");
  t.equal(name('rooms'), 'cellar');
});

t.test('a value made of another one goes with it', async (t) => {
  const { tx, name } = scene(t);
  const label = () => tx.remember(['label'], () => `${name('people')}!`);
  t.equal(name('people'), 'ann', 'so that the inner one is remembered already');
  t.equal(label(), 'ann!');
  tx.run("UPDATE people SET name = 'bob'");
  t.equal(label(), 'bob!');
});

t.test('a rollback forgets everything', async (t) => {
  const { tx, watch, name } = scene(t);
  tx.run('BEGIN');
  tx.run("UPDATE people SET name = 'bob'");
  t.equal(name('people'), 'bob');
  tx.run('ROLLBACK');
  watch.forgetAll();
  t.equal(name('people'), 'ann');
});

t.test('nothing is not remembered, nor what failed, and there is an end to it', async (t) => {
  const { tx, name, asked } = scene(t);
  tx.run('DELETE FROM people');
  name('people');
  name('people');
  t.equal(asked(), 2, 'whoever asks for what is not there fills nothing');
  t.throws(() =>
    tx.remember(['fails'], () => {
      throw new Error('no');
    }),
  );
  t.equal(
    tx.remember(['fails'], () => 1),
    1,
  );
  for (let n = 0; n < maxRememberedValues; n += 1) tx.remember(['n', `${n}`], () => n);
  t.equal(
    tx.remember(['fails'], () => 2),
    2,
    'forgotten with all others',
  );
});
