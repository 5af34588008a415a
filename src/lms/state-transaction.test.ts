import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { maxUncommittedEntries } from './limits.ts';
import { StateTransaction } from './state-transaction.ts';

function scene(t: Test) {
  const database = new DatabaseSync(':memory:');
  t.teardown(() => database.isOpen && database.close());
  database.exec('CREATE TABLE notes (value TEXT)');
  const failed = Promise.withResolvers<Error>();
  let commits = 0;
  const transaction = new StateTransaction(database, {
    beforeCommit: () => {
      commits += 1;
    },
    failed: failed.resolve,
  });
  const write = (value: string) =>
    database.exec(`INSERT INTO notes VALUES ('${value}')`) ?? undefined;
  const notes = () =>
    database
      .prepare('SELECT value FROM notes')
      .all()
      .map(({ value }) => value);
  return { database, transaction, write, notes, failed: failed.promise, commits: () => commits };
}

t.test('a batch that throws leaves nothing, the ones before it stay', async (t) => {
  const { transaction, write, notes } = scene(t);
  transaction.run(1, () => write('a'));
  t.throws(
    () =>
      transaction.run(1, () => {
        write('b');
        throw new Error('a rule that is broken');
      }),
    /a rule that is broken/,
  );
  transaction.run(1, () => write('c'));
  transaction.commit();
  t.same(notes(), ['a', 'c']);
});

t.test('many entries end it, and a commit without one is nothing', async (t) => {
  const { database, transaction, write, commits } = scene(t);
  transaction.run(maxUncommittedEntries - 1, () => write('a'));
  t.ok(database.isTransaction);
  transaction.run(1, () => write('b'));
  t.notOk(database.isTransaction);
  t.equal(commits(), 1);
  transaction.commit();
  t.equal(commits(), 1);
});

t.test('what nobody waited for and failed is told', async (t) => {
  const { database, transaction, write, failed } = scene(t);
  database.exec(`PRAGMA foreign_keys = ON; CREATE TABLE parents (id TEXT PRIMARY KEY);
    CREATE TABLE children (parent TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)`);
  transaction.run(1, () => write('a'));
  database.exec("INSERT INTO children VALUES ('nobody')");
  t.match(await failed, /FOREIGN KEY/);
});
