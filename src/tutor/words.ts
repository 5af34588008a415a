/**
 * English function words, and the question words that carry no content. Small on purpose: a word
 * that is dropped wrongly cannot be found any more.
 */
const stopWords = new Set(
  `a about above after again all also am an and any are as at be because been before being below
  between both but by can could did do does doing down during each explain few for from further
  give had has have having he her here hers him his how i if in into is it its itself just let me
  more most my no nor not now of off on once only or other our out over own please same she should
  so some such tell than that the their them then there these they this those through to too under
  until up us very was we were what when where which while who whom why will with would you your`
    .split(/\s+/)
    .filter((word) => word !== ''),
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

const stemCharacters = 6;

/**
 * A word's beginning, accents folded: makes "osmotic" and "osmosis" differ but "membrane" and
 * "membranes" equal, in any language, without a dictionary. Numbers stay whole.
 */
export function stemOf(word: string): string {
  if (/^\p{N}+$/u.test(word)) return word;
  const plain = word.normalize('NFKD').replace(/\p{M}/gu, '');
  const singular = plain.length > 3 ? plain.replace(/s$/, '') : plain;
  return singular.slice(0, stemCharacters);
}
