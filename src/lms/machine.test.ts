import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { LogEntry } from '../raft/core/messages.ts';
import { encodeCommand, stampCommand } from './codec.ts';
import { type CommandDefinition, type CommandHeader, defineCommand } from './command.ts';
import { resultRetentionMs } from './limits.ts';
import { type AppliedCommand, LmsMachine } from './machine.ts';
import { Refusal } from './refusal.ts';

/** A tiny language of commands, enough to see what the machine itself does. */
const WRITE = defineCommand<{ value: string }>({
  kind: 'WRITE',
  v: 1,
  apply(tx, command) {
    tx.run('INSERT INTO notes (value) VALUES (?)', command.value);
    tx.target(command.value);
    tx.emit({ type: 'note.written', course_id: null, data: { value: command.value } });
    if (command.value === 'refused') throw new Refusal('conflict', 'No such note is wanted.');
    if (command.value === 'broken') throw new TypeError('a bug');
    return { value: command.value, at: tx.committedAt, index: tx.index };
  },
});

/** Entry 1 of every log here: makes the table of the tiny language. */
const SETUP = defineCommand<object>({
  kind: 'SETUP',
  v: 1,
  apply(tx) {
    tx.run('CREATE TABLE notes (value TEXT NOT NULL)');
    return null;
  },
});

const COMMANDS = new Map<string, CommandDefinition<object>>([
  ['WRITE/1', WRITE as unknown as CommandDefinition<object>],
  ['SETUP/1', SETUP],
]);

function open(path = ':memory:'): LmsMachine {
  const machine = new LmsMachine(path, COMMANDS);
  machine.apply([entry(1, 'setup', { kind: 'SETUP' })]);
  return machine;
}

function header(id: string, more: object = {}): CommandHeader {
  return {
    kind: 'WRITE',
    v: 1,
    command_id: id,
    actor_id: null,
    session_id: null,
    received_at: 5,
    ...more,
  };
}

function entry(index: number, id: string, fields: object, stamp = index * 10): LogEntry {
  const command = encodeCommand(header(id, fields));
  stampCommand(command, stamp);
  return { index, term: 1, type: 0, command };
}

function notes(machine: LmsMachine): unknown[] {
  return machine.reader.all<{ value: string }>('SELECT value FROM notes').map((row) => row.value);
}

function applyOne(machine: LmsMachine, one: LogEntry): AppliedCommand {
  return machine.apply([one])[0]?.value as AppliedCommand;
}

t.test('a command is applied once, however often it is in the log', async (t) => {
  const machine = open();
  const first = applyOne(machine, entry(2, 'c1', { value: 'a' }));
  const again = applyOne(machine, entry(3, 'c1', { value: 'a' }));
  t.same(notes(machine), ['a']);
  t.same(again.result, first.result, 'the stored result, with the first index and time in it');
  t.same(machine.reader.all('SELECT log_index, code FROM audit_trail WHERE log_index > 1'), [
    { log_index: 2, code: 'ok' },
    { log_index: 3, code: 'replayed' },
  ]);
  t.equal(machine.reader.all('SELECT * FROM events').length, 1);
});

t.test('a refusal is a result: rolled back, stored, replayed', async (t) => {
  const machine = open();
  const refused = applyOne(machine, entry(2, 'c1', { value: 'refused' }));
  t.match(refused.result, { ok: false, code: 'conflict' });
  t.same(notes(machine), []);
  t.same(machine.reader.all('SELECT * FROM events'), []);
  t.match(machine.reader.get('SELECT code, target_id FROM audit_trail WHERE log_index = 2'), {
    code: 'conflict',
    target_id: null,
  });
  t.same(applyOne(machine, entry(3, 'c1', { value: 'refused' })).result, refused.result);
});

t.test(
  'anything else that is thrown stops the replica and leaves nothing of the batch',
  async (t) => {
    const machine = open();
    const before = { ...machine.applied, chain: machine.chainHash };
    t.throws(
      () => machine.apply([entry(2, 'c1', { value: 'a' }), entry(3, 'c2', { value: 'broken' })]),
      TypeError,
    );
    t.same(notes(machine), []);
    t.same({ ...machine.applied, chain: machine.chainHash }, before);
    t.same(applyOne(machine, entry(2, 'c1', { value: 'a' })).index, 2, 'it can be applied later');
  },
);

t.test(
  'an unknown kind or version stops the replica: skipping it would fork the state',
  async (t) => {
    const machine = open();
    t.throws(() => machine.apply([entry(2, 'c1', { kind: 'FUTURE' })]), /FUTURE version 1/);
    t.throws(() => machine.apply([entry(2, 'c1', { v: 2 })]), /WRITE version 2/);
    t.equal(machine.applied.index, 1);
  },
);

t.test('a gap or a repeated index is a broken invariant', async (t) => {
  const machine = open();
  t.throws(() => machine.apply([entry(3, 'c1', { value: 'a' })]), /entry 3 applied after 1/);
  t.throws(() => machine.apply([entry(1, 'c1', { value: 'a' })]), /entry 1 applied after 1/);
});

t.test('the log has its own time, and it never goes back', async (t) => {
  const machine = open();
  const at = (index: number, stamp: number) =>
    (
      applyOne(machine, entry(index, `c${index}`, { value: 'x' }, stamp)).result as {
        value: { at: number };
      }
    ).value.at;
  t.equal(at(2, 1000), 1000);
  t.equal(at(3, 400), 1000, 'a leader with a slow clock');
  t.equal(at(4, 1001), 1001);
});

t.test('an idempotency key is answered once per actor', async (t) => {
  const machine = open();
  machine.apply([setupUser(2, 'usr_1'), setupUser(3, 'usr_2')]);
  const keyed = (index: number, actor: string, key: string, fingerprint: string, value: string) =>
    applyOne(
      machine,
      entry(index, `c${index}`, {
        actor_id: actor,
        idempotency_key: key,
        idempotency_fingerprint: fingerprint,
        value,
      }),
    ).result;
  const first = keyed(4, 'usr_1', 'k', 'f', 'a');
  t.same(keyed(5, 'usr_1', 'k', 'f', 'a'), { ...first, replayed: true });
  t.match(keyed(6, 'usr_1', 'k', 'other', 'b'), { ok: false, code: 'idempotency_key_reused' });
  t.match(keyed(7, 'usr_2', 'k', 'f', 'c'), { ok: true, value: { value: 'c' } });
  t.same(notes(machine), ['a', 'c']);
});

/** An active user, by a command: rows are only ever made by applying. */
function setupUser(index: number, id: string): LogEntry {
  COMMANDS.set(`USER_${id}/1`, {
    kind: `USER_${id}`,
    v: 1,
    apply: (tx) => {
      tx.run(
        `INSERT INTO users (id, username, username_key, display_name, site_role, status, version,
           created_at, updated_at) VALUES (?, ?, ?, ?, 'student', 'active', 1, 0, 0)`,
        id,
        id,
        id,
        id,
      );
      return null;
    },
  });
  return entry(index, `user ${id}`, { kind: `USER_${id}` });
}

t.test('a suspended or unknown account, or an ended session, cannot write', async (t) => {
  const machine = open();
  machine.apply([setupUser(2, 'usr_1')]);
  COMMANDS.set('SESSION/1', {
    kind: 'SESSION',
    v: 1,
    apply: (tx) => {
      tx.run(
        `INSERT INTO sessions (id, user_id, token_sha256, created_at, expires_at, revoked_at)
         VALUES ('ses_live', 'usr_1', 'a', 0, 100, NULL), ('ses_gone', 'usr_1', 'b', 0, 100, 50)`,
      );
      return null;
    },
  });
  machine.apply([entry(3, 'sessions', { kind: 'SESSION' })]);
  const rows: [object, string][] = [
    [{ actor_id: 'usr_1' }, 'ok'],
    [{ actor_id: 'usr_1', session_id: 'ses_live' }, 'ok'],
    [{ actor_id: 'usr_1', session_id: 'ses_live', received_at: 100 }, 'session_ended'],
    [{ actor_id: 'usr_1', session_id: 'ses_gone' }, 'session_ended'],
    [{ actor_id: 'usr_1', session_id: 'ses_none' }, 'session_ended'],
    [{ actor_id: 'usr_9' }, 'account_not_active'],
  ];
  rows.forEach(([fields, code], n) => {
    const { result } = applyOne(machine, entry(4 + n, `w${n}`, { ...fields, value: 'x' }));
    t.equal(result.ok ? 'ok' : result.code, code, JSON.stringify(fields));
  });
});

t.test('the same log gives the same state, in whatever batches it came', async (t) => {
  const log = [2, 3, 4, 5, 6, 7].map((index) => {
    const values = ['a', 'refused', 'b', 'c'];
    return entry(index, `c${index % 5}`, { value: values[index % 4] });
  });
  log.push({ index: 8, term: 2, type: 1, command: new Uint8Array(0) });
  const whole = open();
  whole.apply(log);
  const single = open();
  for (const one of log) single.apply([one]);
  t.equal(whole.chainHash, single.chainHash);
  t.same(dump(whole), dump(single));
  const other = open();
  other.apply([...log.slice(0, 2), entry(4, 'c4', { value: 'B' })]);
  const same = open();
  same.apply(log.slice(0, 3));
  t.not(other.chainHash, same.chainHash, 'another command, another chain');
});

function dump(machine: LmsMachine): unknown {
  const tables = machine.reader.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%fts%' ORDER BY name",
  );
  return tables.map(({ name }) => [name, machine.reader.all(`SELECT * FROM ${name}`)]);
}

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

t.test(
  'results are forgotten after their retention, at the same entries on every node',
  async (t) => {
    const machine = open();
    machine.apply([entry(2, 'old', { value: 'a' }, 1000)]);
    const late = 1000 + resultRetentionMs + 1;
    machine.apply([3, 4].map((index) => entry(index, `c${index}`, { value: 'x' }, late)));
    t.ok(machine.reader.get("SELECT 1 FROM results WHERE command_id = 'old'"), 'not yet');
    for (let index = 5; index <= 64; index += 1) {
      machine.apply([entry(index, `c${index}`, { value: 'x' }, late)]);
    }
    t.notOk(machine.reader.get("SELECT 1 FROM results WHERE command_id = 'old'"));
    t.ok(machine.reader.get("SELECT 1 FROM results WHERE command_id = 'c3'"), 'the others stay');
    t.same(machine.reader.all('SELECT 1 FROM events WHERE log_index = 2'), [], 'events go along');
    t.equal(machine.reader.all('SELECT 1 FROM events WHERE log_index = 3').length, 1);
    t.match(machine.reader.get('SELECT code FROM audit_trail WHERE log_index = 2'), { code: 'ok' });
  },
);

t.test('a refusal after writing undoes its own command only, in any batching', async (t) => {
  const values = ['a', 'refused', 'b', 'c', 'refused', 'd'];
  const entries = values.map((value, n) => entry(n + 2, `c${n}`, { value }));
  const states = [1, 2, 3, values.length].map((size) => {
    const machine = open();
    const codes: string[] = [];
    for (let from = 0; from < entries.length; from += size) {
      for (const { value } of machine.apply(entries.slice(from, from + size))) {
        const { result } = value as AppliedCommand;
        codes.push(result.ok ? 'ok' : result.code);
      }
    }
    return {
      codes,
      notes: notes(machine),
      chain: machine.chainHash,
      events: machine.reader.all('SELECT log_index FROM events'),
      targets: machine.reader.all('SELECT target_id FROM audit_trail'),
    };
  });
  t.same(states[0]?.codes, ['ok', 'conflict', 'ok', 'ok', 'conflict', 'ok']);
  t.same(states[0]?.notes, ['a', 'b', 'c', 'd']);
  for (const state of states) t.same(state, states[0]);
});

t.test('names are numbered as the log names them, whatever is undone', async (t) => {
  const entries = [
    entry(2, 'c1', { value: 'refused' }),
    entry(3, 'c2', { value: 'a', actor_id: 'usr_x' }),
    entry(4, 'c3', { value: 'b', actor_id: 'usr_y' }),
  ];
  for (const batches of [[entries], entries.map((one) => [one])]) {
    const machine = open();
    for (const batch of batches) machine.apply(batch);
    t.same(
      machine.reader
        .all('SELECT name FROM journal_names WHERE number > 4 ORDER BY number')
        .map(({ name }) => name),
      ['SETUP', 'WRITE', 'conflict', 'usr_x', 'account_not_active', 'usr_y'],
    );
    t.same(
      machine.reader.all('SELECT actor_id, code FROM audit_trail WHERE log_index > 2'),
      ['usr_x', 'usr_y'].map((actor_id) => ({ actor_id, code: 'account_not_active' })),
    );
  }
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
