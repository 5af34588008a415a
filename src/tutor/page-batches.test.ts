import t from 'tap';
import { pageBatches } from './page-batches.ts';

function page(number: number, text: string) {
  return { page: number, page_label: null, section: null, text };
}

t.test('batches keep order, and stay within bytes and number', (t) => {
  const large = 'ü'.repeat(20_000);
  const pages = Array.from({ length: 12 }, (_, position) => page(position + 1, large));
  const batches = pageBatches(pages);
  t.same(
    batches.map((batch) => batch.length),
    [4, 4, 4],
  );
  t.same(
    batches.flat().map((one) => one.page),
    pages.map((one) => one.page),
  );
  const small = Array.from({ length: 450 }, (_, position) => page(position + 1, 'x'));
  t.same(
    pageBatches(small).map((batch) => batch.length),
    [200, 200, 50],
  );
  t.same(pageBatches([]), []);
  t.same(pageBatches([page(1, ' a b ')])[0]?.[0]?.chunks, [[1, 4]]);
  t.end();
});
