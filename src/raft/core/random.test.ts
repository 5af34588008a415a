import t from 'tap';
import { Random } from './random.ts';

t.test('the same seed gives the same numbers, another seed others', (t) => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.between(0, 1_000_000));
  };
  t.same(draw(1), draw(1));
  t.notSame(draw(1), draw(2));
  t.end();
});

t.test('stays in its range, reaches both ends, and is spread over it', (t) => {
  const random = new Random(7);
  const counts = Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i += 1) {
    const value = random.between(5, 14);
    counts[value - 5] = (counts[value - 5] ?? 0) + 1;
  }
  t.equal(counts.length, 10);
  for (const count of counts) t.ok(count > 850 && count < 1150, `${count} of about 1,000`);
  t.equal(random.between(3, 3), 3);
  t.end();
});
