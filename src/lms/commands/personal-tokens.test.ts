import t, { type Test } from 'tap';
import { maxSessionsPerUser, maxTokenLifetimeMs, maxTokensPerUser } from '../limits.ts';
import { listTokens, type TokenResource, tokenOf } from '../queries/personal-tokens.ts';
import { sessionByTokenHash } from '../queries/sessions.ts';
import { TestMachine } from '../test-machine.ts';
import { dayMs } from '../time.ts';
import { passwordMark } from '../verified-password.ts';

const HASH = '$argon2id$ann';

function scene(t: Test): TestMachine {
  const machine = new TestMachine();
  t.teardown(() => machine.close());
  machine.addUser('usr_root', 'admin');
  machine.addUser('usr_ann', 'student');
  machine.addUser('usr_bob', 'student');
  machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_ann', password_hash: HASH });
  return machine;
}

const token = (machine: TestMachine, id: string, changes = {}) => ({
  token_id: id,
  name: 'Nightly',
  scopes: ['read', 'grade'],
  token_sha256: `hash of ${id}`,
  expires_at: machine.now + dayMs,
  ...changes,
});

const make = (machine: TestMachine, id: string, changes = {}, user = 'usr_ann') =>
  machine.must<TokenResource>(user, 'CREATE_TOKEN', token(machine, id, changes));

const ends = (machine: TestMachine, id: string) =>
  sessionByTokenHash(machine.reader, `hash of ${id}`)?.ended ?? true;

const fill = (m: TestMachine, tokens: number, user = 'usr_ann') => {
  for (let n = 0; n < tokens; n += 1) make(m, `tok_${user}_${n}`, {}, user);
};

const TABLE: readonly [
  name: string,
  prepare: (m: TestMachine) => void,
  changes: (m: TestMachine) => object,
  code: string,
][] = [
  ['a token', () => {}, () => ({}), 'ok'],
  ['that ends now', () => {}, (m) => ({ expires_at: m.now }), 'invalid_value'],
  ['that ended', () => {}, (m) => ({ expires_at: m.now - 1 }), 'invalid_value'],
  ['that lasts', () => {}, (m) => ({ expires_at: m.now + maxTokenLifetimeMs }), 'ok'],
  [
    'that lasts too long',
    () => {},
    (m) => ({ expires_at: m.now + maxTokenLifetimeMs + 1 }),
    'invalid_value',
  ],
  ['the last one', (m) => fill(m, maxTokensPerUser - 1), () => ({}), 'ok'],
  ['one too many', (m) => fill(m, maxTokensPerUser), () => ({}), 'conflict'],
  ['others have many', (m) => fill(m, maxTokensPerUser, 'usr_bob'), () => ({}), 'ok'],
  [
    'many have expired',
    (m) => {
      fill(m, maxTokensPerUser);
      m.now += dayMs;
    },
    () => ({}),
    'ok',
  ],
];

t.test('CREATE_TOKEN', (t) => {
  for (const [name, prepare, changes, code] of TABLE) {
    const machine = scene(t);
    prepare(machine);
    const payload = token(machine, 'tok_new', changes(machine));
    t.equal(machine.code('usr_ann', 'CREATE_TOKEN', payload), code, name);
    t.equal(tokenOf(machine.reader, 'usr_ann', 'tok_new') !== null, code === 'ok', name);
  }
  t.end();
});

t.test('a token is its owner’s, with its scopes', (t) => {
  const machine = scene(t);
  const made = make(machine, 'tok_1');
  t.match(made, { id: 'tok_1', name: 'Nightly', scopes: ['read', 'grade'], last_used_at: null });
  t.match(sessionByTokenHash(machine.reader, 'hash of tok_1'), {
    actor: { id: 'usr_ann' },
    scopes: ['read', 'grade'],
    ended: false,
  });
  t.equal(tokenOf(machine.reader, 'usr_bob', 'tok_1'), null);
  t.same(listTokens(machine.reader, 'usr_bob', { limit: 10, after: null }).items, []);
  t.end();
});

t.test('the list is in pages and shows no logins', (t) => {
  const machine = scene(t);
  logIn(machine, 'ses_1');
  fill(machine, 5);
  const first = listTokens(machine.reader, 'usr_ann', { limit: 3, after: null });
  const second = listTokens(machine.reader, 'usr_ann', { limit: 3, after: first.next });
  t.same(
    [...first.items, ...second.items].map(({ id }) => id),
    [0, 1, 2, 3, 4].map((n) => `tok_usr_ann_${n}`),
  );
  t.equal(second.next, null);
  t.end();
});

t.test('DELETE_TOKEN ends own tokens only, and is no way to end a login', (t) => {
  const machine = scene(t);
  logIn(machine, 'ses_1');
  make(machine, 'tok_1');
  t.equal(machine.code('usr_bob', 'DELETE_TOKEN', { token_id: 'tok_1' }), 'not_found');
  t.equal(machine.code('usr_ann', 'DELETE_TOKEN', { token_id: 'ses_1' }), 'not_found');
  t.notOk(ends(machine, 'tok_1'));
  t.equal(machine.code('usr_ann', 'DELETE_TOKEN', { token_id: 'tok_1' }), 'ok');
  t.equal(machine.code('usr_ann', 'DELETE_TOKEN', { token_id: 'tok_1' }), 'not_found');
  t.ok(ends(machine, 'tok_1'));
  const late = machine.apply('usr_ann', 'CREATE_COURSE', {}, { session_id: 'tok_1' });
  t.match(late, { ok: false, code: 'session_ended' }, 'a write on its way is refused in the log');
  t.end();
});

t.test('tokens end with the trust in the account', (t) => {
  for (const [name, end] of [
    ['a new password', { password_hash: 'new' }],
    ['a suspension', { status: 'suspended' }],
  ] as const) {
    const machine = scene(t);
    make(machine, 'tok_1');
    machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_ann', ...end });
    machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_ann', status: 'active' });
    t.ok(ends(machine, 'tok_1'), name);
    t.same(listTokens(machine.reader, 'usr_ann', { limit: 10, after: null }).items, [], name);
  }
  t.end();
});

t.test('logins past their limit end no tokens, and tokens no logins', (t) => {
  const machine = scene(t);
  fill(machine, 3);
  for (let n = 0; n <= maxSessionsPerUser; n += 1) {
    machine.now += 1;
    logIn(machine, `ses_${n}`);
  }
  t.notOk(ends(machine, 'tok_usr_ann_0'));
  t.ok(ends(machine, 'ses_0'));
  t.notOk(ends(machine, 'ses_1'), 'the limit counts logins');
  t.end();
});

t.test('RECORD_TOKEN_USE keeps the first use of the latest day', (t) => {
  const machine = scene(t);
  logIn(machine, 'ses_1');
  make(machine, 'tok_1', { expires_at: machine.now + 9 * dayMs });
  const used = () => tokenOf(machine.reader, 'usr_ann', 'tok_1')?.last_used_at;
  const use = (id = 'tok_1') => machine.must(null, 'RECORD_TOKEN_USE', { token_id: id });
  use();
  t.equal(used(), '2026-01-05T09:00:00.000Z');
  machine.now += dayMs - 9 * 3_600_000 - 1;
  use();
  t.equal(used(), '2026-01-05T09:00:00.000Z', 'later on that day');
  machine.now += 1;
  use();
  t.equal(used(), '2026-01-06T00:00:00.000Z');
  use('ses_1');
  use('tok_x');
  const login = sessionByTokenHash(machine.reader, 'hash of ses_1');
  t.equal(login?.last_used_at, null, 'a login has none');
  t.end();
});

function logIn(machine: TestMachine, id: string): void {
  machine.must(null, 'CREATE_SESSION', {
    new_session_id: id,
    user_id: 'usr_ann',
    token_sha256: `hash of ${id}`,
    expires_at: machine.now + 9 * dayMs,
    verified_mark: passwordMark(HASH),
    address: null,
  });
}
