import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { PROBLEMS } from '../src/http/problem-catalogue.ts';

/** Its examples are no tests. */
const OWN = 'test/problem-codes.test.ts';
/** The table of `problem.test.ts` names all codes and asserts none. */
const TABLE = /^const STATUSES[\s\S]*?^};$/m;

function assertions(): string {
  const files = globSync('{src,test}/**/*.test.ts').filter((file) => file !== OWN);
  return files.map((file) => readFileSync(file, 'utf8').replace(TABLE, '')).join('\n');
}

/** As a member of what is expected, or as the last argument or column. */
function isAsserted(code: string, text: string): boolean {
  const member = `code['"]?: ?['"]${code}['"]`;
  const last = `, '${code}'[\\])]|\\bcode, '${code}'`;
  const ownLine = `^ +'${code}',$`;
  return new RegExp(`${member}|${last}|${ownLine}`, 'm').test(text);
}

t.test('every problem code is what some test expects', (t) => {
  const text = assertions();
  const missing = Object.keys(PROBLEMS).filter((code) => !isAsserted(code, text));
  t.same(missing, [], 'write a test that provokes it');
  t.end();
});

t.test('a code that is only mentioned is not asserted', (t) => {
  t.notOk(isAsserted('closed', "t.equal(state, 'closed by nobody'); // 'closed'"));
  t.ok(isAsserted('closed', "t.match(body, { code: 'closed' });"));
  t.ok(isAsserted('closed', "['too late', 'student', work(), 'closed'],"));
  t.ok(isAsserted('closed', '"code":"closed"'));
  t.end();
});
