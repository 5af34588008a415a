import t, { type Test } from 'tap';
import { maxRefreshesPerFamily, maxSessionsPerUser, refreshGraceMs } from '../limits.ts';
import { sessionByTokenHash } from '../queries/sessions.ts';
import { TestMachine } from '../test-machine.ts';
import { passwordMark } from '../verified-password.ts';
import type { Refreshed } from './refresh-session.ts';

const HASH = '$argon2id$ann';
const DAY = 86_400_000;

class Scene extends TestMachine {
  constructor() {
    super();
    this.addUser('usr_root', 'admin');
    for (const id of ['usr_ann', 'usr_bob']) {
      this.addUser(id, 'student');
      this.must('usr_root', 'UPDATE_USER', { user_id: id, password_hash: HASH });
    }
    this.login('fam_1', 'a0', 'r0');
  }

  /** Opens the session `ses_<access>`. */
  login(family: string, access: string, refresh: string, user = 'usr_ann'): void {
    this.must(null, 'CREATE_SESSION', {
      new_session_id: `ses_${access}`,
      user_id: user,
      token_sha256: access,
      expires_at: this.now + DAY,
      verified_mark: passwordMark(HASH),
      address: null,
      refresh: { family_id: family, token_sha256: refresh, expires_at: this.now + 30 * DAY },
    });
  }

  /** `refreshed`, `reused` or the refusal's code; the next tokens are named by the caller. */
  refresh(presented: string, access: string, refresh: string): string {
    const result = this.apply(null, 'REFRESH_SESSION', {
      presented_sha256: presented,
      new_session_id: `ses_${access}`,
      token_sha256: access,
      refresh_sha256: refresh,
      expires_at: this.now + DAY,
    });
    return result.ok ? (result.value as Refreshed).outcome : result.code;
  }

  /** Whether a request with this access token would be taken now. */
  works(access: string): boolean {
    const session = sessionByTokenHash(this.reader, access);
    return session !== null && !session.ended && session.expires_at > this.now;
  }

  count(table: string): number {
    return this.reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? -1;
  }
}

function scene(t: Test): Scene {
  const machine = new Scene();
  t.teardown(() => machine.close());
  return machine;
}

type Step = (m: Scene) => void;
const update = (payload: object) => (m: Scene) =>
  m.must('usr_root', 'UPDATE_USER', { user_id: 'usr_ann', ...payload });
const wait = (ms: number) => (m: Scene) => {
  m.now += ms;
};
const refresh = (presented: string, access: string, next: string) => (m: Scene) => {
  m.refresh(presented, access, next);
};

/** What happened before, which token comes, and what comes of it. */
const TABLE: readonly [name: string, before: readonly Step[], presented: string, code: string][] = [
  ['the first time', [], 'r0', 'refreshed'],
  ['on the last day', [wait(30 * DAY - 1)], 'r0', 'refreshed'],
  ['after the last day', [wait(30 * DAY)], 'r0', 'refresh_token_invalid'],
  ['a token that nobody was given', [], 'rx', 'refresh_token_invalid'],
  ['an access token', [], 'a0', 'refresh_token_invalid'],
  ['the next token', [refresh('r0', 'a1', 'r1')], 'r1', 'refreshed'],
  ['again, the answer was lost', [refresh('r0', 'a1', 'r1')], 'r0', 'refreshed'],
  [
    'again and again, all answers were lost',
    [refresh('r0', 'a1', 'r1'), refresh('r0', 'a2', 'r2')],
    'r0',
    'refreshed',
  ],
  [
    'again, at the end of the grace',
    [refresh('r0', 'a1', 'r1'), wait(refreshGraceMs - 1)],
    'r0',
    'refreshed',
  ],
  ['again, after the grace', [refresh('r0', 'a1', 'r1'), wait(refreshGraceMs)], 'r0', 'reused'],
  [
    'again, after a grace that repeats do not prolong',
    [refresh('r0', 'a1', 'r1'), wait(refreshGraceMs - 1), refresh('r0', 'a2', 'r2'), wait(1)],
    'r0',
    'reused',
  ],
  [
    'again, when its answer did arrive',
    [refresh('r0', 'a1', 'r1'), refresh('r1', 'a2', 'r2')],
    'r0',
    'reused',
  ],
  [
    'the token of the lost answer, when it was asked for again',
    [refresh('r0', 'a1', 'r1'), refresh('r0', 'a2', 'r2')],
    'r1',
    'reused',
  ],
  [
    'the last token, when another was reused',
    [refresh('r0', 'a1', 'r1'), wait(refreshGraceMs), refresh('r0', 'ax', 'rx')],
    'r1',
    'refresh_token_invalid',
  ],
  ['who is suspended', [update({ status: 'suspended' })], 'r0', 'refresh_token_invalid'],
  [
    'who was suspended for a while',
    [update({ status: 'suspended' }), update({ status: 'active' })],
    'r0',
    'refresh_token_invalid',
  ],
  ['who got another password', [update({ password_hash: 'new' })], 'r0', 'refresh_token_invalid'],
  [
    'who was deleted',
    [(m) => m.must('usr_root', 'DELETE_USER', { user_id: 'usr_ann' })],
    'r0',
    'refresh_token_invalid',
  ],
  [
    'who logged out',
    [(m) => m.must('usr_ann', 'DELETE_SESSION', { session_to_end: 'ses_a0' })],
    'r0',
    'refresh_token_invalid',
  ],
  [
    'somebody else cannot log this one out',
    [(m) => m.must('usr_bob', 'DELETE_SESSION', { session_to_end: 'ses_a0' })],
    'r0',
    'refreshed',
  ],
  [
    'another login that logged out',
    [
      (m) => m.login('fam_2', 'b0', 's0'),
      (m) => m.must('usr_ann', 'DELETE_SESSION', { session_to_end: 'ses_b0' }),
    ],
    'r0',
    'refreshed',
  ],
];

t.test('REFRESH_SESSION', (t) => {
  for (const [name, before, presented, code] of TABLE) {
    const machine = scene(t);
    for (const step of before) step(machine);
    t.equal(machine.refresh(presented, 'new', 'rnew'), code, name);
    t.equal(machine.works('new'), code === 'refreshed', name);
    if (code !== 'reused') continue;
    for (const access of ['a0', 'a1', 'a2']) t.notOk(machine.works(access), `${name}: ${access}`);
    t.equal(machine.count('refresh_families'), 0, name);
    t.equal(machine.count('refresh_tokens'), 0, name);
  }
  t.end();
});

t.test('a reuse ends one login, says so, and leaves the others', (t) => {
  const machine = scene(t);
  machine.login('fam_2', 'b0', 's0');
  machine.login('fam_3', 'c0', 'u0', 'usr_bob');
  machine.refresh('r0', 'a1', 'r1');
  machine.refresh('r1', 'a2', 'r2');
  t.equal(machine.refresh('r0', 'ax', 'rx'), 'reused');
  t.ok(machine.works('b0'));
  t.ok(machine.works('c0'));
  t.equal(machine.refresh('s0', 'b1', 's1'), 'refreshed');
  const event = machine.reader.get(
    "SELECT user_id FROM events WHERE type = 'session.reuse_detected'",
  );
  t.same({ ...event }, { user_id: 'usr_ann' });
  t.end();
});

t.test('the access token before lives on for requests that are on their way', (t) => {
  const machine = scene(t);
  machine.refresh('r0', 'a1', 'r1');
  t.ok(machine.works('a0'));
  machine.now += refreshGraceMs;
  t.notOk(machine.works('a0'));
  t.ok(machine.works('a1'));
  t.end();
});

t.test('the access token of a lost answer is void at once', (t) => {
  const machine = scene(t);
  machine.refresh('r0', 'a1', 'r1');
  machine.refresh('r0', 'a2', 'r2');
  t.notOk(machine.works('a1'));
  t.ok(machine.works('a2'));
  t.end();
});

t.test('an access token does not outlive its login', (t) => {
  const machine = scene(t);
  machine.now += 30 * DAY - 1_000;
  machine.refresh('r0', 'a1', 'r1');
  t.ok(machine.works('a1'));
  machine.now += 1_000;
  t.notOk(machine.works('a1'));
  t.end();
});

t.test('what is kept of a login has a bound', (t) => {
  const machine = scene(t);
  for (let n = 0; n < maxRefreshesPerFamily; n += 1) {
    t.equal(machine.refresh(`r${n}`, `a${n + 1}`, `r${n + 1}`), 'refreshed', `refresh ${n}`);
  }
  const last = `r${maxRefreshesPerFamily}`;
  t.equal(machine.refresh(last, 'ax', 'rx'), 'refresh_token_invalid');
  t.equal(machine.refresh('r0', 'ax', 'rx'), 'reused');
  t.end();
});

t.test('logins that ran out are forgotten, those past the limit ended', (t) => {
  const machine = scene(t);
  machine.login('fam_2', 'b0', 's0', 'usr_bob');
  machine.now += 30 * DAY;
  for (let n = 0; n < maxSessionsPerUser; n += 1) {
    machine.now += 1;
    machine.login(`fam_n${n}`, `n${n}`, `t${n}`);
  }
  t.equal(machine.count('refresh_families'), maxSessionsPerUser);
  t.equal(machine.count('refresh_tokens'), maxSessionsPerUser);
  machine.now += 1;
  machine.login('fam_last', 'last', 'tlast');
  t.equal(machine.count('refresh_families'), maxSessionsPerUser);
  t.equal(machine.refresh('t0', 'x', 'y'), 'refresh_token_invalid');
  t.equal(machine.refresh('t1', 'x', 'y'), 'refreshed');
  t.end();
});

t.test('CHANGE_PASSWORD leaves the login that it came with', (t) => {
  const machine = scene(t);
  machine.login('fam_2', 'b0', 's0');
  const change = { password_hash: 'new', verified_mark: passwordMark(HASH) };
  machine.apply('usr_ann', 'CHANGE_PASSWORD', change, { session_id: 'ses_a0' });
  t.equal(machine.refresh('s0', 'b1', 's1'), 'refresh_token_invalid');
  t.equal(machine.refresh('r0', 'a1', 'r1'), 'refreshed');
  t.end();
});
