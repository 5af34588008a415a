import t from 'tap';
import { quantile } from './quantile.ts';

t.test('quantiles are values that were measured', (t) => {
  const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
  t.equal(quantile(hundred, 0.5), 50);
  t.equal(quantile(hundred, 0.99), 99);
  t.equal(quantile(hundred, 1), 100);
  t.equal(quantile(hundred, 0), 1);
  t.equal(quantile([7], 0.99), 7);
  t.equal(quantile([1, 2], 0.5), 1);
  t.equal(quantile([1, 2], 0.51), 2);
  t.ok(Number.isNaN(quantile([], 0.5)));
  t.end();
});
