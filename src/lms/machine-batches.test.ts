import t from 'tap';
import type { AppliedCommand, LmsMachine } from './machine.ts';
import { entry, notes, open } from './test-notes.ts';

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

t.test('a refusal after writing undoes its own command only, in any batching', async (t) => {
  const values = ['a', 'refused', 'b', 'c', 'refused', 'd'];
  const entries = values.map((value, n) => entry(n + 2, `c${n}`, { value, course_id: `crs_${n}` }));
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
      courses: machine.reader
        .all('SELECT name FROM journal JOIN journal_names ON number = course ORDER BY log_index')
        .map(({ name }) => name),
    };
  });
  t.same(states[0]?.codes, ['ok', 'conflict', 'ok', 'ok', 'conflict', 'ok']);
  t.same(states[0]?.notes, ['a', 'b', 'c', 'd']);
  const courses = values.map((_, n) => `crs_${n}`);
  t.same(states[0]?.courses, courses, 'also of what was refused');
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
