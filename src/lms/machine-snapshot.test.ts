import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { LogEntry } from '../raft/core/messages.ts';
import { encodeCommand, stampCommand } from './codec.ts';
import { type CommandDefinition, defineCommand } from './command.ts';
import { LmsMachine } from './machine.ts';

const SETUP = defineCommand<object>({
  kind: 'SETUP',
  v: 1,
  apply(tx) {
    tx.run('CREATE TABLE notes (value TEXT NOT NULL)');
    return null;
  },
});

const WRITE = defineCommand<{ value: string }>({
  kind: 'WRITE',
  v: 1,
  apply(tx, { value }) {
    tx.run('INSERT INTO notes (value) VALUES (?)', value);
    tx.emit({ type: 'note.written', course_id: null, data: { value } });
    return { value };
  },
});

const COMMANDS = new Map<string, CommandDefinition<object>>([
  ['SETUP/1', SETUP],
  ['WRITE/1', WRITE as unknown as CommandDefinition<object>],
]);

function entry(index: number, fields: object, id = `c${index}`): LogEntry {
  const header = { v: 1, command_id: id, actor_id: null, session_id: null, received_at: 5 };
  const command = encodeCommand({ kind: 'WRITE', ...header, ...fields });
  stampCommand(command, index * 10);
  return { index, term: 1, type: 0, command };
}

/** Entries 2 to `last` each write a note of about `bytes`. */
function filled(path: string, last: number, bytes = 10): LmsMachine {
  const machine = new LmsMachine(path, COMMANDS);
  machine.apply([entry(1, { kind: 'SETUP' })]);
  for (let index = 2; index <= last; index += 1) {
    machine.apply([entry(index, { value: `${index} ${'x'.repeat(bytes)}` })]);
  }
  return machine;
}

function notes(machine: LmsMachine): number {
  return machine.reader.get<{ n: number }>('SELECT count(*) AS n FROM notes')?.n ?? -1;
}

t.test('a copy is of one position, and entries are applied meanwhile', async (t) => {
  const folder = t.testdir();
  const machine = filled(join(folder, 'lms.db'), 2000, 2000);
  const copying = machine.writeSnapshot(join(folder, 'copy.db'));
  let applied = 2000;
  const hashes = new Map([[applied, machine.chainHash]]);
  let done = false;
  void copying.finally(() => {
    done = true;
  });
  while (!done) {
    applied += 1;
    machine.apply([entry(applied, { value: 'meanwhile' })]);
    hashes.set(applied, machine.chainHash);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const position = await copying;
  t.ok(applied > position.index, 'some were applied after it');
  const copy = new LmsMachine(join(folder, 'copy.db'), COMMANDS);
  t.same({ index: copy.applied.index, term: copy.applied.term }, position);
  t.equal(copy.chainHash, hashes.get(position.index));
  t.equal(notes(copy), position.index - 1);
  copy.close();
  machine.close();
});

t.test('a state becomes another one: readers, rules and events go on with it', async (t) => {
  const folder = t.testdir();
  const source = filled(join(folder, 'source.db'), 30);
  const snapshot = join(folder, 'snapshot.db');
  await source.writeSnapshot(snapshot);
  const machine = filled(join(folder, 'lms.db'), 5);
  const { reader } = machine;
  t.equal(notes(machine), 4);
  let told = 0;
  machine.onEvents = () => {
    told += 1;
  };
  await machine.installSnapshot(snapshot);
  t.equal(machine.applied.index, 30);
  t.equal(machine.chainHash, source.chainHash);
  t.equal(reader, machine.reader);
  t.equal(notes(machine), 29);
  t.equal(told, 1);
  for (const one of [source, machine]) {
    one.apply([entry(31, { value: 'next' }), entry(32, { value: 'once' }, 'c7')]);
  }
  t.equal(machine.chainHash, source.chainHash);
  t.equal(notes(machine), 30, 'what was done once, before the snapshot, is not done again');
  t.same(
    machine.reader.all('SELECT * FROM events ORDER BY log_index, n'),
    source.reader.all('SELECT * FROM events ORDER BY log_index, n'),
  );
  source.close();
  machine.close();
  t.ok(existsSync(snapshot), 'the snapshot stays');
  const again = new LmsMachine(join(folder, 'lms.db'), COMMANDS);
  t.equal(again.applied.index, 32);
  again.close();
});

t.test('nothing of the old state can come back', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'lms.db');
  const source = filled(join(folder, 'source.db'), 3);
  await source.writeSnapshot(join(folder, 'snapshot.db'));
  source.close();
  const machine = filled(path, 40);
  // So that the file has what was applied.
  await machine.writeSnapshot(join(folder, 'own.db'));
  // Another connection keeps SQLite from removing the write-ahead log when the machine closes its own.
  const other = new DatabaseSync(path, { readOnly: true });
  other.prepare('SELECT count(*) FROM notes').get();
  t.ok(existsSync(`${path}-wal`));
  await machine.installSnapshot(join(folder, 'snapshot.db'));
  t.equal(notes(machine), 2);
  t.equal(machine.reader.get<{ ok: string }>('PRAGMA integrity_check')?.ok ?? 'ok', 'ok');
  other.close();
  machine.close();
  const again = new LmsMachine(path, COMMANDS);
  t.equal(notes(again), 2);
  again.close();
  t.notOk(readdirSync(folder).includes('lms.db.new'));
});

t.test('a copy that cannot be written is told, and harms nothing', async (t) => {
  const folder = t.testdir();
  const machine = filled(join(folder, 'lms.db'), 5);
  await t.rejects(machine.writeSnapshot(join(folder, 'none', 'copy.db')));
  writeFileSync(join(folder, 'there.db'), 'something else');
  await t.rejects(machine.writeSnapshot(join(folder, 'there.db')));
  machine.apply([entry(6, { value: 'goes on' })]);
  t.equal(notes(machine), 5);
  machine.close();
  await t.rejects(machine.writeSnapshot(join(folder, 'late.db')));
});

t.test('closing breaks a copy off', async (t) => {
  const folder = t.testdir();
  const machine = filled(join(folder, 'lms.db'), 500, 2000);
  const copying = machine.writeSnapshot(join(folder, 'copy.db'));
  machine.close();
  await copying.then(
    () => t.pass('it was quicker'),
    () => t.pass('it was broken off'),
  );
});
