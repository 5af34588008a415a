import t, { type Test } from 'tap';
import {
  loginWindowMs,
  maxAccountLoginFailures,
  maxAddressLoginFailures,
  maxSessionsPerUser,
} from '../limits.ts';
import { throttledUntil } from '../login-throttle.ts';
import { sessionByTokenHash } from '../queries/sessions.ts';
import { TestMachine } from '../test-machine.ts';
import { passwordMark } from '../verified-password.ts';

const HASH = '$argon2id$ann';
const ADDRESS = '192.0.2.7';

function scene(t: Test) {
  const machine = new TestMachine();
  t.teardown(() => machine.close());
  machine.must(null, 'CREATE_USER', {
    user_id: 'usr_ann',
    username: 'Ann',
    username_key: 'ann',
    display_name: 'Ann',
    email: null,
    site_role: 'student',
    password_hash: HASH,
  });
  machine.addUser('usr_bob', 'student');
  machine.addUser('usr_root', 'admin');
  return machine;
}

const session = (id: string, changes = {}) => ({
  new_session_id: id,
  user_id: 'usr_ann',
  token_sha256: `hash of ${id}`,
  expires_at: Date.UTC(2026, 0, 6, 9),
  verified_mark: passwordMark(HASH),
  address: ADDRESS,
  ...changes,
});

const fail = (machine: TestMachine, times: number, username_key = 'ann', address = ADDRESS) => {
  for (let n = 0; n < times; n += 1) {
    machine.must(null, 'RECORD_LOGIN_FAILURE', { username_key, address });
  }
};

const TABLE: readonly [name: string, prepare: (m: TestMachine) => void, object, string][] = [
  ['the password that was verified', () => {}, session('ses_1'), 'ok'],
  [
    'a password that was changed since',
    (m) => m.must('usr_root', 'UPDATE_USER', { user_id: 'usr_ann', password_hash: 'new' }),
    session('ses_1'),
    'invalid_credentials',
  ],
  [
    'who was suspended since',
    (m) => m.must('usr_root', 'UPDATE_USER', { user_id: 'usr_ann', status: 'suspended' }),
    session('ses_1'),
    'invalid_credentials',
  ],
  [
    'who was deleted since',
    (m) => m.must('usr_root', 'DELETE_USER', { user_id: 'usr_ann' }),
    session('ses_1'),
    'invalid_credentials',
  ],
  ['nobody', () => {}, session('ses_1', { user_id: 'usr_x' }), 'invalid_credentials'],
  [
    'who has no password',
    () => {},
    session('ses_1', { user_id: 'usr_bob', verified_mark: passwordMark('') }),
    'invalid_credentials',
  ],
  ['one failure too few', (m) => fail(m, maxAccountLoginFailures - 1), session('ses_1'), 'ok'],
  ['an account locked', (m) => fail(m, maxAccountLoginFailures), session('ses_1'), 'rate_limited'],
  [
    'an address locked',
    (m) => {
      for (let n = 0; n < maxAddressLoginFailures; n += 1) fail(m, 1, `other${n}`);
    },
    session('ses_1'),
    'rate_limited',
  ],
  [
    'another address than the locked one',
    (m) => {
      for (let n = 0; n < maxAddressLoginFailures; n += 1) fail(m, 1, `other${n}`);
    },
    session('ses_1', { address: '192.0.2.8' }),
    'ok',
  ],
  [
    'a lock whose window is over',
    (m) => {
      fail(m, maxAccountLoginFailures);
      m.now += loginWindowMs;
    },
    session('ses_1'),
    'ok',
  ],
];

t.test('CREATE_SESSION', (t) => {
  for (const [name, prepare, payload, code] of TABLE) {
    const machine = scene(t);
    prepare(machine);
    t.equal(machine.code(null, 'CREATE_SESSION', payload), code, name);
    const found = sessionByTokenHash(machine.reader, 'hash of ses_1');
    t.equal(found === null, code !== 'ok', name);
  }
  t.end();
});

t.test('a success forgives the account, not the address', (t) => {
  const machine = scene(t);
  fail(machine, maxAccountLoginFailures - 1);
  machine.must(null, 'CREATE_SESSION', session('ses_1'));
  const rows = machine.reader.all('SELECT subject, failures FROM login_failures');
  t.same(
    rows.map((row) => ({ ...row })),
    [{ subject: `address:${ADDRESS}`, failures: maxAccountLoginFailures - 1 }],
  );
  t.end();
});

t.test('a window begins with its first failure and ends after its time', (t) => {
  const machine = scene(t);
  const began = machine.now;
  fail(machine, maxAccountLoginFailures - 1);
  machine.now += loginWindowMs - 1;
  fail(machine, 1);
  const subject = { username_key: 'ann', address: null };
  t.equal(throttledUntil(machine.reader, subject, machine.now), began + loginWindowMs);
  machine.now += 1;
  t.equal(throttledUntil(machine.reader, subject, machine.now), null);
  fail(machine, 1);
  t.equal(throttledUntil(machine.reader, subject, machine.now), null, 'counts from one again');
  t.end();
});

t.test('failures count from one again where forgetting has not come yet', (t) => {
  const machine = scene(t);
  for (let n = 0; n < 120; n += 1) fail(machine, 1, `a${n}`, '192.0.2.9');
  fail(machine, maxAccountLoginFailures - 1, 'zed', '192.0.2.9');
  machine.now += loginWindowMs;
  fail(machine, 1, 'zed', '192.0.2.9');
  const row = machine.reader.get(
    'SELECT failures, window_from FROM login_failures WHERE subject = ?',
    'account:zed',
  );
  t.same({ ...row }, { failures: 1, window_from: machine.now });
  t.end();
});

t.test('failures past their window are forgotten', (t) => {
  const machine = scene(t);
  for (let n = 0; n < 50; n += 1) fail(machine, 1, `name${n}`, `192.0.2.${n}`);
  machine.now += loginWindowMs;
  fail(machine, 1);
  const row = machine.reader.get<{ n: number }>('SELECT count(*) AS n FROM login_failures');
  t.equal(row?.n, 2);
  t.end();
});

t.test('sessions past their time are forgotten, a few at each login', (t) => {
  const machine = scene(t);
  for (let n = 0; n < 6; n += 1) machine.must(null, 'CREATE_SESSION', session(`ses_${n}`));
  machine.now = Date.UTC(2026, 0, 7);
  const later = { expires_at: machine.now + 1 };
  machine.must(null, 'CREATE_SESSION', session('ses_a', later));
  machine.must(null, 'CREATE_SESSION', session('ses_b', later));
  const rows = machine.reader.all<{ id: string }>('SELECT id FROM sessions ORDER BY id');
  t.same(
    rows.map((row) => row.id),
    ['ses_a', 'ses_b'],
  );
  t.end();
});

t.test('a login too many ends the oldest session of the account, and of no other', (t) => {
  const machine = scene(t);
  machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_bob', password_hash: HASH });
  machine.must(null, 'CREATE_SESSION', session('ses_bob', { user_id: 'usr_bob' }));
  for (let n = 0; n <= maxSessionsPerUser; n += 1) {
    machine.now += 1;
    machine.must(null, 'CREATE_SESSION', session(`ses_${n}`));
  }
  const known = (id: string) => sessionByTokenHash(machine.reader, `hash of ${id}`) !== null;
  t.notOk(known('ses_0'));
  t.ok(known('ses_1'));
  t.ok(known(`ses_${maxSessionsPerUser}`));
  t.ok(known('ses_bob'));
  t.end();
});

t.test('DELETE_SESSION ends own sessions only', (t) => {
  const machine = scene(t);
  machine.must(null, 'CREATE_SESSION', session('ses_1'));
  machine.must('usr_bob', 'DELETE_SESSION', { session_to_end: 'ses_1' });
  t.notOk(sessionByTokenHash(machine.reader, 'hash of ses_1')?.ended);
  machine.must('usr_ann', 'DELETE_SESSION', { session_to_end: 'ses_1' });
  t.ok(sessionByTokenHash(machine.reader, 'hash of ses_1')?.ended);
  t.equal(machine.code('usr_ann', 'DELETE_SESSION', { session_to_end: 'ses_x' }), 'ok');
  const late = machine.apply('usr_ann', 'CREATE_COURSE', {}, { session_id: 'ses_1' });
  t.match(late, { ok: false, code: 'session_ended' });
  t.end();
});

t.test('CHANGE_PASSWORD ends all sessions but the one it came with', (t) => {
  const machine = scene(t);
  for (const id of ['ses_1', 'ses_2']) machine.must(null, 'CREATE_SESSION', session(id));
  const change = { password_hash: 'new', verified_mark: passwordMark('old') };
  t.equal(machine.code('usr_ann', 'CHANGE_PASSWORD', change), 'invalid_credentials');
  const good = { ...change, verified_mark: passwordMark(HASH) };
  t.match(machine.apply('usr_ann', 'CHANGE_PASSWORD', good, { session_id: 'ses_1' }), { ok: true });
  t.notOk(sessionByTokenHash(machine.reader, 'hash of ses_1')?.ended);
  t.ok(sessionByTokenHash(machine.reader, 'hash of ses_2')?.ended);
  t.equal(machine.code('usr_ann', 'CHANGE_PASSWORD', good), 'invalid_credentials', 'once');
  const user = machine.reader.get(
    'SELECT password_hash, version FROM users WHERE id = ?',
    'usr_ann',
  );
  t.same({ ...user }, { password_hash: 'new', version: 2 });
  t.end();
});

t.test('BOOTSTRAP_ADMIN makes the first administrator and never a second', (t) => {
  const machine = new TestMachine();
  t.teardown(() => machine.close());
  const admin = (id: string, username = 'admin') => ({
    user_id: id,
    username,
    username_key: username,
    display_name: 'Administrator',
    password_hash: HASH,
  });
  machine.addUser('bob', 'student');
  t.equal(machine.code(null, 'BOOTSTRAP_ADMIN', admin('usr_1', 'bob')), 'already_exists');
  t.equal(machine.code('bob', 'BOOTSTRAP_ADMIN', admin('usr_1')), 'forbidden');
  t.same(machine.must(null, 'BOOTSTRAP_ADMIN', admin('usr_1')), { created: true });
  t.same(machine.must(null, 'BOOTSTRAP_ADMIN', admin('usr_2', 'admin2')), { created: false });
  const rows = machine.reader.all<{ id: string }>("SELECT id FROM users WHERE site_role = 'admin'");
  t.same(
    rows.map((row) => row.id),
    ['usr_1'],
  );
  t.end();
});
