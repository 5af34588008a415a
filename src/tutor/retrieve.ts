import { answerLimits } from './limits.ts';
import type { Passage, PassageIndex } from './passage.ts';
import { searchQueryOf } from './search-query.ts';
import { contentWordsOf, topicWordsOf, wordsFound, wordsOf } from './words.ts';

/** A word in at most this share of all passages says much about the one that has it ... */
const rareShare = 0.02;
/** ... where there are enough passages to tell. */
const minPassagesForRarity = 50;

/**
 * The passages that fit a question, best first; none when the materials do not speak of it.
 *
 * The floor: a passage counts when it has two of the question's topic words, or half of them, or
 * one that is rare in the course. Without it, every question finds something.
 *
 * @param before an earlier question that a short one ("and why?") goes on from
 */
export function retrieve(index: PassageIndex, question: string, before: string | null): Passage[] {
  const asked = isElliptic(question) && before !== null ? `${before} ${question}` : question;
  const match = searchQueryOf(asked);
  if (match === null) return [];
  const named = topicWordsOf(asked);
  const topic = named.length > 0 ? named : [...new Set(contentWordsOf(asked))];
  const rare = rareWords(index, topic);
  return index
    .search(match, answerLimits.candidates)
    .filter((passage) => isAbout(passage, topic, rare));
}

/** Too short to be searched for by itself. */
function isElliptic(question: string): boolean {
  return topicWordsOf(question).length < 2;
}

function isAbout(passage: Passage, topic: readonly string[], rare: ReadonlySet<string>): boolean {
  const vocabulary = new Set(wordsOf(`${passage.section ?? ''} ${passage.text}`));
  const found = wordsFound(topic, vocabulary);
  return (
    found.length >= 2 ||
    (found.length > 0 && found.length * 2 >= topic.length) ||
    found.some((word) => rare.has(word))
  );
}

function rareWords(index: PassageIndex, topic: readonly string[]): Set<string> {
  const total = index.count(null);
  if (total < minPassagesForRarity) return new Set();
  return new Set(
    topic.filter((word) => {
      const match = searchQueryOf(word);
      return match !== null && index.count(match) <= total * rareShare;
    }),
  );
}
