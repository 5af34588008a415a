import { openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { requireSound } from './state-check.ts';
import { TestMachine } from './test-machine.ts';

const GOING = new AbortController().signal;

/** A state of some size, closed, so that all of it is in its file. */
function state(t: Test): string {
  const database = join(t.testdir(), 'lms.db');
  const machine = new TestMachine(database);
  for (let n = 0; n < 300; n += 1) machine.addUser(`usr_${n}`, 'student');
  machine.close();
  return database;
}

t.test('a sound state, also while it is written', async (t) => {
  const database = state(t);
  await requireSound({ database, restFactor: 0 }, GOING);
  const machine = new TestMachine(database);
  t.teardown(() => machine.close());
  const checking = requireSound({ database, restFactor: 0.1 }, GOING);
  machine.reader.get('SELECT 1');
  await t.resolves(checking);
});

t.test('damage inside the pages of a table is found', async (t) => {
  const database = state(t);
  const handle = new DatabaseSync(database, { readOnly: true });
  const { rootpage } = handle
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'journal'")
    .get() as { rootpage: number };
  const { page_size: pageBytes } = handle.prepare('PRAGMA page_size').get() as {
    page_size: number;
  };
  handle.close();
  // The pointers to its cells.
  writeSync(
    openSync(database, 'r+'),
    Buffer.alloc(40, 0xff),
    0,
    40,
    (rootpage - 1) * pageBytes + 12,
  );
  await t.rejects(requireSound({ database, restFactor: 0 }, GOING), {
    name: 'StateDamaged',
    message: /lms\.db is damaged: /,
  });
});

t.test('no database any more, and none that was cut off', async (t) => {
  const database = state(t);
  const bytes = readFileSync(database);
  writeFileSync(database, bytes.subarray(0, Math.floor(statSync(database).size / 2)));
  await t.rejects(requireSound({ database, restFactor: 0 }, GOING), { name: 'StateDamaged' });
  writeFileSync(database, 'no database any more '.repeat(100));
  await t.rejects(requireSound({ database, restFactor: 0 }, GOING), { name: 'StateDamaged' });
});

t.test('what cannot be checked is no damage', async (t) => {
  const database = join(t.testdir(), 'none.db');
  await t.rejects(requireSound({ database, restFactor: 0 }, GOING), {
    message: /unable to open/,
  });
  await t.rejects(requireSound({ database, restFactor: 0 }, AbortSignal.abort()), {
    name: 'AbortError',
  });
});
