import t from 'tap';
import { passageIndexOf } from '../../test/fixtures/passage-index.ts';
import { retrieve } from './retrieve.ts';

const pagesOf = (texts: readonly string[], question: string, before: string | null = null) =>
  retrieve(passageIndexOf(texts.map((text) => ({ text }))), question, before).map(
    (one) => one.page,
  );

t.test('the floor: two topic words, or half of them', (t) => {
  const texts = ['The football of the village.', 'World cup of football.', 'Tea.'];
  t.same(pagesOf(texts, 'Who won the football world cup in 1998?'), [2]);
  t.same(pagesOf(texts, 'Explain football to me').sort(), [1, 2]);
  t.same(pagesOf(texts, 'What is photosynthesis?'), []);
  t.end();
});

t.test('one word is enough where it is rare', (t) => {
  const many = Array.from({ length: 100 }, (_, n) => `Page ${n} of football and other things.`);
  const texts = [...many, 'The mitochondrion.'];
  t.same(pagesOf(texts, 'How do mitochondrion, ribosome, nucleus and vacuole differ?'), [101]);
  t.same(pagesOf(texts, 'How do football, ribosome, nucleus and vacuole differ?'), []);
  t.end();
});

t.test('the section counts as text', (t) => {
  const index = passageIndexOf([{ text: 'Water passes.', section: 'Osmosis' }]);
  t.equal(retrieve(index, 'What is osmosis?', null).length, 1);
  t.end();
});

t.test('a question without a topic goes on from the one before', (t) => {
  const texts = ['Osmosis lets water pass.'];
  t.same(pagesOf(texts, 'And why?', 'What is osmosis?'), [1]);
  t.same(pagesOf(texts, 'And why?'), []);
  t.end();
});
