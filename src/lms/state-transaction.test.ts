import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import type { LogEntry } from '../raft/core/messages.ts';
import { maxUncommittedEntries } from './limits.ts';
import { StateTransaction } from './state-transaction.ts';

function entries(count: number): LogEntry[] {
  return Array.from({ length: count }, (_, n) => ({
    index: n + 1,
    term: 1,
    type: 0,
    command: new Uint8Array(),
  }));
}

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
  const write = (value: string) => database.exec(`INSERT INTO notes VALUES ('${value}')`);
  const notes = () =>
    database
      .prepare('SELECT value FROM notes')
      .all()
      .map(({ value }) => value);
  return { database, transaction, write, notes, failed: failed.promise, commits: () => commits };
}

t.test('a rollback goes to the last commit, and says what was applied since then', async (t) => {
  const { transaction, write, notes } = scene(t);
  transaction.run(entries(1), () => write('a'));
  transaction.commit();
  const [first, second] = [entries(2), entries(1)];
  transaction.run(first, () => write('b'));
  transaction.run(second, () => write('c'));
  const bug = () => {
    write('d');
    throw new Error('a rule that is broken');
  };
  t.throws(() => transaction.run(entries(1), bug), /a rule that is broken/);
  t.same(transaction.rollback(), [...first, ...second]);
  t.same(notes(), ['a']);
});

t.test('many entries end it, and a commit without one is nothing', async (t) => {
  const { database, transaction, write, commits } = scene(t);
  transaction.run(entries(maxUncommittedEntries - 1), () => write('a'));
  t.ok(database.isTransaction);
  transaction.run(entries(1), () => write('b'));
  t.notOk(database.isTransaction);
  t.equal(commits(), 1);
  transaction.commit();
  t.equal(commits(), 1);
});

t.test('what nobody waited for and failed is told', async (t) => {
  const { database, transaction, write, failed } = scene(t);
  database.exec(`PRAGMA foreign_keys = ON; CREATE TABLE parents (id TEXT PRIMARY KEY);
    CREATE TABLE children (parent TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)`);
  transaction.run(entries(1), () => write('a'));
  database.exec("INSERT INTO children VALUES ('nobody')");
  t.match(await failed, /FOREIGN KEY/);
});
