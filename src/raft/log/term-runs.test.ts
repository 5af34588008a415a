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

t.test('what is at or before a new base is forgotten, its term is not', (t) => {
  for (const [base, expected] of [
    [
      2,
      [
        { first_index: 3, term: 1 },
        { first_index: 4, term: 2 },
        { first_index: 6, term: 5 },
      ],
    ],
    [
      3,
      [
        { first_index: 4, term: 2 },
        { first_index: 6, term: 5 },
      ],
    ],
    [
      4,
      [
        { first_index: 5, term: 2 },
        { first_index: 6, term: 5 },
      ],
    ],
    [7, []],
  ] as const) {
    const runs = new TermRuns({ index: 0, term: 0 });
    for (const [i, term] of [1, 1, 1, 2, 2, 5, 5].entries()) runs.push(i + 1, term);
    const term = runs.termAt(base);
    runs.compactTo({ index: base, term }, 7);
    t.same(runs.toArray(), expected);
    t.equal(runs.termAt(base), term);
    runs.push(8, 5);
    t.equal(runs.termAt(8), 5);
  }
  t.end();
});
