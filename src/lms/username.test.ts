import t from 'tap';
import { isUsername, usernameKey, usernameMaxChars } from './username.ts';

const NAMES: readonly [string, boolean][] = [
  ['instructor1', true],
  ['a', true],
  ['7', true],
  ['jürgen.o-b_c+d@example.org', true],
  ['王小明', true],
  ['ﬁona', true],
  ['x'.repeat(usernameMaxChars), true],
  ['x'.repeat(usernameMaxChars + 1), false],
  ['', false],
  ['.dot', false],
  ['a b', false],
  ['a/b', false],
  ['a\u0000', false],
  ['a\u202Eb', false],
  ['a:b', false],
];

for (const [name, allowed] of NAMES) {
  t.test(`${JSON.stringify(name)} is ${allowed ? '' : 'not '}a username`, (t) => {
    t.equal(isUsername(name), allowed);
    t.end();
  });
}

t.test('case and compatibility forms do not make another name', (t) => {
  t.equal(usernameKey('ANN'), usernameKey('ann'));
  t.equal(usernameKey('ﬁona'), 'fiona');
  t.equal(usernameKey('e\u0301va'), usernameKey('\u00C9VA'));
  t.not(usernameKey('ann'), usernameKey('anna'));
  t.end();
});
