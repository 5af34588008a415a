import t from 'tap';
import { listUsers, userById, userByUsernameKey } from '../queries/users.ts';
import { TestMachine } from '../test-machine.ts';
import { passwordMark } from '../verified-password.ts';

function site() {
  const machine = new TestMachine();
  machine.addUser('usr_root', 'admin');
  machine.addUser('usr_ann', 'instructor');
  machine.addUser('usr_bob', 'student');
  return machine;
}

const NEW_USER = {
  user_id: 'usr_new',
  username: 'New',
  username_key: 'new',
  display_name: 'New One',
  email: 'new@example.org',
  site_role: 'student',
  password_hash: '$argon2id$',
};

const TABLE: readonly [name: string, actor: string | null, kind: string, object, string][] = [
  ['the system', null, 'CREATE_USER', NEW_USER, 'ok'],
  ['an administrator', 'usr_root', 'CREATE_USER', NEW_USER, 'ok'],
  ['an instructor', 'usr_ann', 'CREATE_USER', NEW_USER, 'forbidden'],
  ['a student', 'usr_bob', 'CREATE_USER', NEW_USER, 'forbidden'],
  ['nobody known', 'usr_gone', 'CREATE_USER', NEW_USER, 'account_not_active'],
  [
    'a name that is taken in another case',
    'usr_root',
    'CREATE_USER',
    { ...NEW_USER, username: 'USR_BOB', username_key: 'usr_bob' },
    'already_exists',
  ],
  [
    'an id that is taken',
    'usr_root',
    'CREATE_USER',
    { ...NEW_USER, user_id: 'usr_bob' },
    'already_exists',
  ],
  ['own name', 'usr_bob', 'UPDATE_USER', { user_id: 'usr_bob', display_name: 'Bob' }, 'ok'],
  ['own email', 'usr_bob', 'UPDATE_USER', { user_id: 'usr_bob', email: null }, 'ok'],
  ['own role', 'usr_bob', 'UPDATE_USER', { user_id: 'usr_bob', site_role: 'admin' }, 'forbidden'],
  ['own status', 'usr_bob', 'UPDATE_USER', { user_id: 'usr_bob', status: 'active' }, 'forbidden'],
  [
    'own password, past the check of the old one',
    'usr_bob',
    'UPDATE_USER',
    { user_id: 'usr_bob', password_hash: 'x' },
    'forbidden',
  ],
  [
    "another's name",
    'usr_ann',
    'UPDATE_USER',
    { user_id: 'usr_bob', display_name: 'x' },
    'not_found',
  ],
  [
    "another's name, by an administrator",
    'usr_root',
    'UPDATE_USER',
    { user_id: 'usr_bob', display_name: 'x', password_hash: 'y' },
    'ok',
  ],
  [
    'who does not exist',
    'usr_root',
    'UPDATE_USER',
    { user_id: 'usr_x', display_name: 'x' },
    'not_found',
  ],
  [
    'the version that is there',
    'usr_root',
    'UPDATE_USER',
    { user_id: 'usr_bob', display_name: 'x', expected_version: 1 },
    'ok',
  ],
  [
    'an old version',
    'usr_root',
    'UPDATE_USER',
    { user_id: 'usr_bob', display_name: 'x', expected_version: 0 },
    'version_mismatch',
  ],
  [
    'the last administrator steps down',
    'usr_root',
    'UPDATE_USER',
    { user_id: 'usr_root', site_role: 'student' },
    'conflict',
  ],
  [
    'the last administrator is suspended',
    'usr_root',
    'UPDATE_USER',
    { user_id: 'usr_root', status: 'suspended' },
    'conflict',
  ],
  ['by an administrator', 'usr_root', 'DELETE_USER', { user_id: 'usr_bob' }, 'ok'],
  ['oneself', 'usr_bob', 'DELETE_USER', { user_id: 'usr_bob' }, 'forbidden'],
  ['another', 'usr_ann', 'DELETE_USER', { user_id: 'usr_bob' }, 'not_found'],
  ['who does not exist', 'usr_root', 'DELETE_USER', { user_id: 'usr_x' }, 'not_found'],
  [
    'an old version',
    'usr_root',
    'DELETE_USER',
    { user_id: 'usr_bob', expected_version: 2 },
    'version_mismatch',
  ],
  ['the last administrator', 'usr_root', 'DELETE_USER', { user_id: 'usr_root' }, 'conflict'],
];

for (const [name, actor, kind, payload, code] of TABLE) {
  t.test(`${kind}: ${name}: ${code}`, (t) => {
    const machine = site();
    t.equal(machine.code(actor, kind, payload), code);
    machine.close();
    t.end();
  });
}

t.test('a new user is answered without the hash of the password, and kept as sent', (t) => {
  const machine = site();
  const value = machine.must('usr_root', 'CREATE_USER', NEW_USER);
  t.same(value, {
    id: 'usr_new',
    username: 'New',
    display_name: 'New One',
    email: 'new@example.org',
    site_role: 'student',
    status: 'active',
    version: 1,
    created_at: '2026-01-05T09:00:00.000Z',
    updated_at: '2026-01-05T09:00:00.000Z',
  });
  t.same(machine.reader.get("SELECT password_hash FROM users WHERE id = 'usr_new'"), {
    password_hash: '$argon2id$',
  });
  t.same(userByUsernameKey(machine.reader, 'new'), value);
  machine.close();
  t.end();
});

t.test('an update changes the fields that it names, and counts the version', (t) => {
  const machine = site();
  machine.must('usr_root', 'CREATE_USER', NEW_USER);
  machine.now += 1000;
  machine.must('usr_new', 'UPDATE_USER', { user_id: 'usr_new', display_name: 'Newer' });
  t.match(userById(machine.reader, 'usr_new'), {
    display_name: 'Newer',
    email: 'new@example.org',
    version: 2,
    updated_at: '2026-01-05T09:00:01.000Z',
  });
  machine.must('usr_new', 'UPDATE_USER', { user_id: 'usr_new', email: null });
  t.match(userById(machine.reader, 'usr_new'), { display_name: 'Newer', email: null });
  t.same(machine.reader.get("SELECT password_hash FROM users WHERE id = 'usr_new'"), {
    password_hash: '$argon2id$',
  });
  machine.close();
  t.end();
});

const ENDS_SESSIONS: readonly [string, object, boolean][] = [
  ['UPDATE_USER', { user_id: 'usr_bob', status: 'suspended' }, true],
  ['UPDATE_USER', { user_id: 'usr_bob', password_hash: 'new' }, true],
  ['UPDATE_USER', { user_id: 'usr_bob', display_name: 'Robert' }, false],
  ['DELETE_USER', { user_id: 'usr_bob' }, true],
];

for (const [kind, payload, ended] of ENDS_SESSIONS) {
  t.test(`${kind} ${Object.keys(payload)[1] ?? ''}: sessions end: ${ended}`, (t) => {
    const machine = site();
    machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_bob', password_hash: 'hash' });
    machine.must(null, 'CREATE_SESSION', {
      new_session_id: 'ses_1',
      user_id: 'usr_bob',
      token_sha256: 'f'.repeat(64),
      expires_at: machine.now + 1_000_000,
      verified_mark: passwordMark('hash'),
      address: null,
    });
    machine.must('usr_root', kind, payload);
    const row = machine.reader.get("SELECT revoked_at FROM sessions WHERE id = 'ses_1'");
    t.equal(row?.revoked_at !== null, ended);
    machine.close();
    t.end();
  });
}

t.test('a deleted user is in no list, cannot act, and leaves the name taken', (t) => {
  const machine = site();
  machine.must('usr_root', 'DELETE_USER', { user_id: 'usr_bob' });
  t.equal(userById(machine.reader, 'usr_bob'), null);
  t.equal(userByUsernameKey(machine.reader, 'usr_bob'), null);
  t.notMatch(listUsers(machine.reader, { limit: 10, after: null }).items, [{ id: 'usr_bob' }]);
  t.equal(
    machine.code('usr_bob', 'UPDATE_USER', { user_id: 'usr_bob', display_name: 'x' }),
    'account_not_active',
  );
  const again = { ...NEW_USER, username: 'usr_bob', username_key: 'usr_bob' };
  t.equal(machine.code('usr_root', 'CREATE_USER', again), 'already_exists');
  machine.close();
  t.end();
});

t.test('with a second administrator the first may go', (t) => {
  const machine = site();
  machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_ann', site_role: 'admin' });
  t.equal(machine.code('usr_ann', 'DELETE_USER', { user_id: 'usr_root' }), 'ok');
  t.equal(machine.code('usr_ann', 'DELETE_USER', { user_id: 'usr_ann' }), 'conflict');
  machine.close();
  t.end();
});

t.test('the list goes by name, in pages that neither repeat nor lose a row', (t) => {
  const machine = site();
  const first = listUsers(machine.reader, { limit: 2, after: null });
  t.same(
    first.items.map(({ id }) => id),
    ['usr_ann', 'usr_bob'],
  );
  machine.addUser('usr_aaa', 'student');
  const second = listUsers(machine.reader, { limit: 2, after: first.next });
  t.same(
    second.items.map(({ id }) => id),
    ['usr_root'],
  );
  t.equal(second.next, null);
  t.notOk(Object.keys(second.items[0] ?? {}).includes('username_key'));
  machine.close();
  t.end();
});
