import t from 'tap';
import type { LogEntry } from '../raft/core/messages.ts';
import { resultRetentionMs } from './limits.ts';
import { applyOne, COMMANDS, entry, notes, open } from './test-notes.ts';

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
