import t from 'tap';
import type { ExtractedPage } from './protocol.ts';
import { Reading } from './reading.ts';

function page(number: number): ExtractedPage {
  return { page: number, page_label: null, section: null, text: 'x' };
}

function readingOf(...numbers: number[]) {
  const pages: number[] = [];
  const reading = new Reading({ onPage: (one) => pages.push(one.page) });
  reading.take({ type: 'opened', page_count: 9 });
  for (const number of numbers) reading.take({ type: 'page', page: page(number) });
  return { reading, pages };
}

t.test('pages come in order, each once', (t) => {
  t.same(readingOf(1, 2, 5).pages, [1, 2, 5]);
  t.throws(() => readingOf(1, 2, 2));
  t.throws(() => readingOf(2, 1));
  t.end();
});

t.test('an end that was not announced is a failure', (t) => {
  const { reading } = readingOf(1);
  t.match(reading.outcome(), { state: 'failed', reason: /stopped before the end/, page_count: 9 });
  reading.take({ type: 'finished', flags: [] });
  t.match(reading.outcome(), { state: 'indexed', reason: null });
  t.end();
});

t.test('the first cause counts', (t) => {
  const { reading } = readingOf();
  reading.fail('Too much memory.');
  reading.fail('Not its protocol.');
  t.match(reading.outcome(), { state: 'failed', reason: 'Too much memory.' });
  t.end();
});
