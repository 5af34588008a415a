const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The sentences of a text; joined they are the text again, white space included. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=\n)/)
    .flatMap((line) => Array.from(segmenter.segment(line), ({ segment }) => segment));
}
