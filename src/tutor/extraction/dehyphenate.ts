/** A hyphen at the end of a line and lower-case letters below. */
const breakPoint = /-\n(\p{Ll}+) ?/gu;
/** Bounded, so that a line of a million letters costs no more than one of a hundred. */
const headOfWord = /\p{L}{1,40}$/u;

/** The words of the pages, lower case: the evidence for {@link joinBrokenWords}. */
export function vocabularyOf(texts: readonly string[]): Set<string> {
  const words = new Set<string>();
  for (const text of texts) {
    for (const match of text.matchAll(/\p{L}{3,}/gu)) words.add(match[0].toLowerCase());
  }
  return words;
}

/**
 * Joins a word that was broken at a line's end, but only where the joined form stands elsewhere
 * in the document: "high-\nlevel" stays, "exam-\nple" becomes "example".
 */
export function joinBrokenWords(text: string, vocabulary: ReadonlySet<string>): string {
  return text.replace(breakPoint, (whole, tail: string, at: number) => {
    const head = headOfWord.exec(text.slice(Math.max(0, at - 40), at))?.[0];
    const isKnown = head !== undefined && vocabulary.has((head + tail).toLowerCase());
    return isKnown ? `${tail}\n` : whole;
  });
}
