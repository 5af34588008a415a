/**
 * English function words, and the question words that carry no content. Small on purpose: a word
 * that is dropped wrongly cannot be found any more.
 */
const stopWords = new Set(
  `a about above after again all also am an and any are as at be because been before being below
  between both but by can could did do does doing down during each few for from further had has
  have having he her here hers him his how i if in into is it its itself just let me more most my
  no nor not now of off on once only or other our out over own please same she should so some such
  than that the their them then there these they this those through to too under until up us very
  was we were what when where which while who whom why will with would you your`.split(/\s+/),
);

/** Words that ask: searched for like others, but finding them says nothing about relevance. */
const askingWords = new Set(
  `answer call called chapter course define definition describe detail details difference document
  example examples explain explanation give happen happens help know lecture material materials
  mean meaning means name page question say says section show slide slides summarise summarize
  summary tell text understand use used work works`.split(/\s+/),
);

/** Lower-case words and numbers of a text, compatibility forms folded (NFKC). */
export function wordsOf(text: string): string[] {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu);
  return words ?? [];
}

/** The words without stop words; all of them where nothing else would be left. */
export function contentWordsOf(text: string): string[] {
  const words = wordsOf(text);
  const content = words.filter((word) => !stopWords.has(word));
  return content.length > 0 ? content : words;
}

/** What a question is about, each word once; none when it only asks ("and why?"). */
export function topicWordsOf(question: string): string[] {
  const words = new Set(wordsOf(question));
  return [...words].filter((word) => !stopWords.has(word) && !askingWords.has(word));
}

/**
 * The same word in another form: "cell" and "cells", "run" and "running". By their beginnings, so
 * in any language and without a dictionary; now and then it takes two words for one. Numbers are
 * the same only when they are equal.
 */
export function isSameWord(a: string, b: string): boolean {
  if (a === b) return true;
  if (/\p{N}/u.test(a) || /\p{N}/u.test(b)) return false;
  const shorter = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < shorter && a[shared] === b[shared]) shared += 1;
  const needed = shorter <= 5 ? Math.min(shorter, 4) : 5;
  return shorter >= 3 && shared >= needed && Math.max(a.length, b.length) - shared <= 4;
}

/** Those of `words` that stand, in some form, in the vocabulary. */
export function wordsFound(
  words: readonly string[],
  vocabulary: ReadonlySet<string>,
): readonly string[] {
  return words.filter((word) => {
    if (vocabulary.has(word)) return true;
    for (const other of vocabulary) if (isSameWord(word, other)) return true;
    return false;
  });
}
