import { readFileSync } from 'node:fs';
import t from 'tap';
import { MUTANTS } from './all-mutants.ts';
import { mutate } from './mutant.ts';

/** Which test finds which mutant is shown by `npm run mutants`; here only that none has become void. */
t.test('every mutant still fits the code', (t) => {
  for (const mutant of MUTANTS) {
    const text = readFileSync(new URL(`../../src/raft/${mutant.file}`, import.meta.url), 'utf8');
    t.not(mutate(mutant, text), text, mutant.name);
  }
  t.end();
});

t.test('a patch that does not fit is an error', (t) => {
  const mutant = { name: 'x', file: 'y.ts', edits: [['a', 'b']] } as const;
  t.throws(() => mutate(mutant, 'no such thing'.replaceAll('a', '')));
  t.throws(() => mutate(mutant, 'a a'));
  t.equal(mutate(mutant, 'cat'), 'cbt');
  t.end();
});
