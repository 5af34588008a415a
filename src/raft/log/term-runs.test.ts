import t from 'tap';
import { seededRandom } from '../../../test/simulation/seeded-random.ts';
import { TermRuns } from './term-runs.ts';

t.test('terms after random appends and cuts are those of a list', (t) => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = seededRandom(seed);
    const base = { index: 10, term: 2 };
    const runs = new TermRuns(base);
    const terms = [base.term];
    for (let step = 0; step < 100; step += 1) {
      if (random() < 0.1) {
        terms.length = 1 + Math.floor(random() * terms.length);
        runs.truncateFrom(base.index + terms.length);
      }
      const term = terms.at(-1)! + (random() < 0.2 ? 1 : 0);
      runs.push(base.index + terms.length, term);
      terms.push(term);
    }
    t.same(
      terms.map((_, i) => runs.termAt(base.index + i)),
      terms,
    );
    const starts = terms.flatMap((term, i) =>
      i > 0 && (i === 1 || term !== terms[i - 1]) ? [{ first_index: base.index + i, term }] : [],
    );
    t.same(runs.toArray(), starts);
  }
  t.end();
});
