import fc from 'fast-check';
import t from 'tap';
import { chunksOf } from './chunks.ts';

const words = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, position) => `w${from + position}`).join(' ');

const texts = (page: string): string[] =>
  chunksOf(page).map(({ start, end }) => page.slice(start, end));

t.test('a page of up to 290 words is one chunk', (t) => {
  t.same(texts(''), []);
  t.same(texts('  \n '), []);
  t.same(texts(` ${words(290)}\n`), [words(290)]);
  t.end();
});

t.test('a longer page overlaps by 40 words', (t) => {
  t.same(texts(words(600)), [words(250), words(250, 210), words(180, 420)]);
  t.end();
});

t.test('words without end are cut by characters', (t) => {
  const long = Array.from({ length: 8 }, () => 'x'.repeat(1000)).join(' ');
  t.ok(texts(long).every((text) => text.length <= 2400));
  t.end();
});

t.test('every word is in a chunk, and chunks go forward', (t) => {
  const page = fc.array(fc.string({ minLength: 1, maxLength: 400 }), { maxLength: 700 });
  fc.assert(
    fc.property(page, (parts) => {
      const text = parts.join(' ');
      const chunks = chunksOf(text);
      const covered = new Set<number>();
      for (const [position, chunk] of chunks.entries()) {
        const before = chunks[position - 1];
        if (before !== undefined && !(chunk.start > before.start && chunk.end > before.end))
          return false;
        for (let at = chunk.start; at < chunk.end; at += 1) covered.add(at);
      }
      return [...text.matchAll(/\S/g)].every((match) => covered.has(match.index));
    }),
    { numRuns: 60 },
  );
  t.end();
});
