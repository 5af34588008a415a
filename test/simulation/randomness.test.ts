import t from 'tap';
import { Randomness } from './randomness.ts';

t.test('streams do not disturb each other', (t) => {
  const one = new Randomness(5);
  const other = new Randomness(5);
  for (let i = 0; i < 10; i += 1) other.stream('b').next();
  for (let i = 0; i < 10; i += 1) t.equal(one.stream('a').next(), other.stream('a').next());
  t.not(one.stream('c').next(), one.stream('d').next());
  t.not(new Randomness(6).stream('x').next(), new Randomness(7).stream('x').next());
  t.end();
});

t.test('numbers are spread evenly', (t) => {
  const draws = new Randomness(1).stream('x');
  const counts = Array<number>(8).fill(0);
  for (let i = 0; i < 8000; i += 1) {
    const value = draws.between(0, 7);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  t.equal(counts.length, 8);
  for (const count of counts) t.ok(count > 850 && count < 1150, `${count} of about 1,000`);
  const mean = Array.from({ length: 8000 }, () => draws.exponential(1000)).reduce((a, b) => a + b);
  t.ok(Math.abs(mean / 8000 - 1000) < 60, `a mean of ${mean / 8000}`);
  t.end();
});

t.test('weights and subsets', (t) => {
  const draws = new Randomness(1).stream('x');
  const picked = Array.from({ length: 1000 }, () =>
    draws.weighted({ often: 9, seldom: 1, never: 0 }),
  );
  const often = picked.filter((what) => what === 'often').length;
  t.ok(often > 850 && often < 950, `${often} of about 900`);
  t.notOk(picked.includes('never'));
  const subset = draws.subset([1, 2, 3, 4], 3);
  t.equal(new Set(subset).size, 3);
  t.end();
});
