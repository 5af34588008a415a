import { cutText } from './extraction/clean-text.ts';
import { answerLimits } from './limits.ts';
import type { Passage } from './passage.ts';
import { sentencesOf } from './sentences.ts';
import { contentWordsOf, wordsFound, wordsOf } from './words.ts';

/** Where a statement comes from, as the server found it. */
export interface Citation {
  /** The number in brackets in the text. */
  readonly n: number;
  readonly material_id: string;
  readonly title: string;
  readonly page: number;
  readonly page_label: string | null;
  /** Word for word from the page. */
  readonly quote: string;
}

export interface CitedText {
  readonly body_md: string;
  readonly citations: readonly Citation[];
}

/** Share of a sentence's content words that a passage must have: when the model named it ... */
const namedSupport = 0.5;
/** ... and when it did not. */
const unnamedSupport = 0.6;
/** A sentence with fewer content words ("Yes, exactly.") proves nothing. */
const minWords = 3;

/**
 * Puts citations into a model's text, sentence by sentence: a number that the model wrote stays only
 * when that passage has the sentence's words and all its numbers; a sentence without one gets the
 * passage that clearly has them. It compares words: it does not notice a "not".
 *
 * @param passages in the order of the numbers that the model was given
 */
export function cite(text: string, passages: readonly Passage[]): CitedText {
  const sources = passages.map((passage) => new Source(passage));
  const list = new CitationList();
  let inCode = false;
  const parts = sentencesOf(withMarksBeforeStops(text)).map((sentence, position) => {
    if (/^ {0,3}(```|~~~)/.test(sentence)) inCode = !inCode;
    if (inCode || position >= answerLimits.maxSentences) return sentence;
    const { named, bare } = takeMarks(sentence);
    const found = supporting(bare, named, sources);
    const marks = found.map((source) => `[${list.numberOf(source, bare)}]`);
    return marks.length === 0 ? bare : bare.replace(/\s*$/, (end) => ` ${marks.join('')}${end}`);
  });
  return { body_md: parts.join('').trim(), citations: list.citations };
}

/** A citation of a passage as such, with the part of it that fits the question best. */
export function citePassage(passage: Passage, n: number, question: string): Citation {
  return citationOf(passage, n, new Source(passage).quoteFor(question));
}

/** `one. [1] Two` and `[1, 2]` and `[Passage 1]`: all as `one[1]. Two`. */
function withMarksBeforeStops(text: string): string {
  return text
    .replace(
      /[[【](?:passages?|sources?)?\s*(\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\s*[\]】]/gi,
      (_, list: string) =>
        list
          .split(/[,;]/)
          .map((n) => `[${n.trim()}]`)
          .join(''),
    )
    .replace(/([.!?]+)[ \t]*((?:\[\d{1,2}\][ \t]*)+)/g, '$2$1 ');
}

function takeMarks(sentence: string): { named: number[]; bare: string } {
  const named = [...sentence.matchAll(/\[(\d{1,2})\]/g)].map((match) => Number(match[1]));
  return { named, bare: sentence.replace(/[ \t]*\[\d{1,2}\]/g, '') };
}

function supporting(bare: string, named: readonly number[], sources: readonly Source[]): Source[] {
  const words = [...new Set(contentWordsOf(bare))];
  if (words.length < minWords) return [];
  const kept = [...new Set(named)]
    .map((n) => sources[n - 1])
    .filter((source) => source !== undefined)
    .filter((source) => source.support(words) >= namedSupport);
  if (kept.length > 0) return kept;
  const [best] = sources.toSorted((a, b) => b.support(words) - a.support(words));
  return best !== undefined && best.support(words) >= unnamedSupport ? [best] : [];
}

/** A passage with its words. */
class Source {
  readonly passage: Passage;
  readonly #vocabulary: ReadonlySet<string>;

  constructor(passage: Passage) {
    this.passage = passage;
    this.#vocabulary = new Set(wordsOf(passage.text));
  }

  /** Share of the words that the passage has; 0 when a number is missing in it. */
  support(words: readonly string[]): number {
    const found = wordsFound(words, this.#vocabulary);
    const isNumber = (word: string): boolean => /^\p{N}+$/u.test(word);
    if (words.some((word) => isNumber(word) && !found.includes(word))) return 0;
    return found.length / words.length;
  }

  /** The sentence of the passage that has most of the words, with the next ones as room allows. */
  quoteFor(text: string): string {
    const words = [...new Set(contentWordsOf(text))];
    const sentences = sentencesOf(this.passage.text);
    const scores = sentences.map((one) => wordsFound(words, new Set(wordsOf(one))).length);
    const best = scores.indexOf(Math.max(...scores));
    let quote = '';
    for (const sentence of sentences.slice(Math.max(0, best))) {
      if (quote !== '' && quote.length + sentence.length > answerLimits.quoteCharacters) break;
      quote += sentence;
    }
    return cutText(quote, answerLimits.quoteCharacters).trim();
  }
}

/** Numbers pages in the order in which they are first cited: two passages of a page are one. */
class CitationList {
  readonly citations: Citation[] = [];

  numberOf(source: Source, sentence: string): number {
    const { passage } = source;
    const known = this.citations.find(
      (one) => one.material_id === passage.material_id && one.page === passage.page,
    );
    if (known !== undefined) return known.n;
    const n = this.citations.length + 1;
    this.citations.push(citationOf(passage, n, source.quoteFor(sentence)));
    return n;
  }
}

function citationOf(passage: Passage, n: number, quote: string): Citation {
  const { material_id, title, page, page_label } = passage;
  return { n, material_id, title, page, page_label, quote };
}
