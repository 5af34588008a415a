import fc from 'fast-check';
import t from 'tap';
import { ThinkingFilter } from './thinking-filter.ts';

function run(chunks: readonly string[], holdAll: boolean): string {
  const filter = new ThinkingFilter({ holdAll });
  return chunks.map((chunk) => filter.push(chunk)).join('') + filter.end();
}

/** What is left, however the text is cut: [text, left]. */
const always: [string, string][] = [
  ['plain', 'plain'],
  ['<think>x</think>y', 'y'],
  ['<think>\n\n</think>\n\ny', 'y'],
  ['a<think>x</think>b<THINK>y</THINK>c', 'abc'],
  ['a<thinking>x</thinking>b', 'ab'],
  ['a<think>x', 'a'],
  ['<think>x</thi', ''],
  ['1 < 2 <b> <thin', '1 < 2 <b> <thin'],
  ['<<think>x</think>y', '<y'],
];
const whenHeld: [string, string][] = [
  ['the answer</think>y', 'y'],
  ['a</think>b</think>c', 'c'],
  ['a<think>b</think>c</think>d', 'd'],
];

const cuts = fc.array(fc.nat(40), { maxLength: 12 });

function cut(text: string, at: readonly number[]): string[] {
  const points = [...new Set(at.filter((point) => point < text.length))].sort((a, b) => a - b);
  return [0, ...points].map((from, n) => text.slice(from, points[n] ?? text.length));
}

t.test('no trace of thinking, wherever the chunks are cut', (t) => {
  for (const [text, left] of [...always, ...whenHeld]) {
    fc.assert(fc.property(cuts, (at) => run(cut(text, at), true) === left));
    t.equal(run([...text], true), left, text);
  }
  for (const [text, left] of always) {
    fc.assert(fc.property(cuts, (at) => run(cut(text, at), false) === left));
    t.equal(run([...text], false), left, text);
  }
  t.end();
});

t.test('text goes out as soon as it can be no tag', (t) => {
  const filter = new ThinkingFilter({ holdAll: false });
  t.equal(filter.push('Hello <'), 'Hello ');
  t.equal(filter.push('b>'), '<b>');
  t.equal(filter.sawStrayEnd, false);
  filter.push('</think>');
  t.equal(filter.sawStrayEnd, true);
  t.end();
});
