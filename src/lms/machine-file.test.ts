import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { LmsMachine } from './machine.ts';
import { COMMANDS, entry, notes, open } from './test-notes.ts';

t.test('a restart goes on where the last transaction ended', async (t) => {
  const path = join(t.testdir(), 'lms.db');
  const first = open(path);
  first.apply([2, 3].map((index) => entry(index, `c${index}`, { value: `v${index}` })));
  const { chainHash } = first;
  first.close();
  const second = new LmsMachine(path, COMMANDS);
  t.same({ ...second.applied }.index, 3);
  t.equal(second.chainHash, chainHash);
  second.apply([entry(4, 'c2', { value: 'again' }), entry(5, 'c5', { value: 'v5' })]);
  t.same(notes(second), ['v2', 'v3', 'v5'], 'de-duplication survives the restart');
  second.close();
});

t.test('a database of a newer program is refused', async (t) => {
  const path = join(t.testdir(), 'lms.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 999');
  database.close();
  t.throws(() => new LmsMachine(path, COMMANDS), /newer version/);
});

t.test('batches share a transaction; a snapshot and closing end it', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'lms.db');
  const machine = open(path);
  machine.apply([entry(2, 'c2', { value: 'a' })]);
  const other = new DatabaseSync(path, { readOnly: true });
  t.teardown(() => other.close());
  const position = () =>
    (other.prepare('SELECT applied_index FROM replica').get() as { applied_index: number })
      .applied_index;
  t.equal(position(), 0, 'for others there is nothing yet');
  t.same(notes(machine), ['a'], 'its own reader sees it');
  await machine.writeSnapshot(join(folder, 'copy.db'));
  t.equal(position(), 2);
  machine.apply([entry(3, 'c3', { value: 'b' })]);
  machine.close();
  t.equal(position(), 3);
});

t.test('without any call it is committed soon', async (t) => {
  const path = join(t.testdir(), 'lms.db');
  const machine = open(path);
  t.teardown(() => machine.close());
  machine.apply([entry(2, 'c2', { value: 'a' })]);
  const other = new DatabaseSync(path, { readOnly: true });
  t.teardown(() => other.close());
  const count = other.prepare('SELECT applied_index AS n FROM replica');
  while ((count.get() as { n: number }).n < 2) await new Promise((go) => setTimeout(go, 5));
});
