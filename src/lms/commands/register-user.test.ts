import t, { type Test } from 'tap';
import { loginWindowMs, maxAddressRegistrations } from '../limits.ts';
import { userByUsernameKey } from '../queries/users.ts';
import { TestMachine } from '../test-machine.ts';
import type { Registered } from './register-user.ts';

const ADDRESS = '192.0.2.7';

function scene(t: Test): TestMachine {
  const machine = new TestMachine();
  t.teardown(() => machine.close());
  machine.addUser('usr_root', 'admin');
  return machine;
}

const person = (name: string, address: string | null = ADDRESS) => ({
  user_id: `usr_${name}`,
  username: name,
  username_key: name,
  display_name: name,
  email: null,
  password_hash: 'hash',
  address,
});

/** `registered`, `taken` or the refusal's code. */
function register(machine: TestMachine, name: string, address?: string | null): string {
  const result = machine.apply(null, 'REGISTER_USER', person(name, address));
  return result.ok ? (result.value as Registered).outcome : result.code;
}

const many = (m: TestMachine, times: number, address: string | null = ADDRESS) => {
  for (let n = 0; n < times; n += 1) register(m, `other${n}`, address);
};

const TABLE: readonly [name: string, prepare: (m: TestMachine) => void, code: string][] = [
  ['a new name', () => {}, 'registered'],
  ['a name that is taken', (m) => m.addUser('eve', 'student'), 'taken'],
  [
    'a name that was taken',
    (m) => {
      m.addUser('eve', 'student');
      m.must('usr_root', 'DELETE_USER', { user_id: 'eve' });
    },
    'taken',
  ],
  ['the last of an address', (m) => many(m, maxAddressRegistrations - 1), 'registered'],
  ['one too many of an address', (m) => many(m, maxAddressRegistrations), 'rate_limited'],
  ['many of another address', (m) => many(m, maxAddressRegistrations, '192.0.2.8'), 'registered'],
  [
    'many in the window before',
    (m) => {
      many(m, maxAddressRegistrations);
      m.now += loginWindowMs;
    },
    'registered',
  ],
  [
    'many failed logins from there',
    (m) => {
      for (let n = 0; n < maxAddressRegistrations; n += 1) {
        m.must(null, 'RECORD_LOGIN_FAILURE', { username_key: `u${n}`, address: ADDRESS });
      }
    },
    'registered',
  ],
];

t.test('REGISTER_USER', (t) => {
  for (const [name, prepare, code] of TABLE) {
    const machine = scene(t);
    prepare(machine);
    t.equal(register(machine, 'eve'), code, name);
    const found = userByUsernameKey(machine.reader, 'eve');
    if (code === 'registered') t.match(found, { site_role: 'student', status: 'active' }, name);
  }
  t.end();
});

t.test('names that are taken cannot be tried one after the other', (t) => {
  const machine = scene(t);
  machine.addUser('eve', 'student');
  for (let n = 0; n < maxAddressRegistrations; n += 1) {
    t.equal(register(machine, 'eve'), 'taken');
  }
  t.equal(register(machine, 'eve'), 'rate_limited');
  t.end();
});

t.test('where no address is known, all count together', (t) => {
  const machine = scene(t);
  many(machine, maxAddressRegistrations, null);
  t.equal(register(machine, 'eve', null), 'rate_limited');
  t.equal(register(machine, 'eve', ADDRESS), 'registered');
  t.end();
});

t.test('nobody makes themselves more than a student', (t) => {
  const machine = scene(t);
  machine.must(null, 'REGISTER_USER', { ...person('eve'), site_role: 'admin' });
  t.match(userByUsernameKey(machine.reader, 'eve'), { site_role: 'student' });
  t.end();
});
