import t from 'tap';
import type { Passage } from './passage.ts';
import { promptOf, tokensOf } from './prompt.ts';

function passage(page: number, text: string): Passage {
  return { material_id: 'm', title: 'T', page, page_label: null, section: null, text };
}

const size = (prompt: ReturnType<typeof promptOf>): number =>
  prompt.messages.reduce((sum, { content }) => sum + tokensOf(content), 0);

t.test('as many passages as fit, at most six; the prompt leaves room for the answer', (t) => {
  const short = Array.from({ length: 9 }, (_, n) => passage(n + 1, 'word '.repeat(100)));
  t.equal(promptOf('q', short, []).passages.length, 6);
  const long = Array.from({ length: 9 }, (_, n) => passage(n + 1, 'word '.repeat(480)));
  const prompt = promptOf('q'.repeat(4_000), long, [
    { question: 'x'.repeat(4_000), answer: 'y'.repeat(20_000) },
  ]);
  t.ok(prompt.passages.length >= 1 && prompt.passages.length < 6);
  t.ok(size(prompt) <= 4_096 - 700, `${size(prompt)} tokens`);
  t.end();
});

t.test('even the most costly question leaves a prompt that fits', (t) => {
  const prompt = promptOf('水'.repeat(2_000), [passage(1, '水'.repeat(2_400))], []);
  t.equal(prompt.passages.length, 1);
  t.ok((prompt.passages[0]?.text.length ?? 0) > 0);
  t.ok(size(prompt) <= 4_096 - 700, `${size(prompt)} tokens`);
  t.end();
});

t.test('tokens: a third of Latin letters, one for others', (t) => {
  t.equal(tokensOf('abc def'), 3);
  t.equal(tokensOf('水水水'), 3);
  t.equal(tokensOf(''), 0);
  t.end();
});
