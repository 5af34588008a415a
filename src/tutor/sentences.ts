let segmenter: Intl.Segmenter | undefined;

/** The sentences of a text; joined they are the text again, white space included. */
export function sentencesOf(text: string): string[] {
  const sentences = sentenceSegmenter();
  return text
    .split(/(?<=\n)/)
    .flatMap((line) => Array.from(sentences.segment(line), ({ segment }) => segment));
}

/** Made at first use: it loads the dictionaries of ICU, and many a node never answers a question. */
function sentenceSegmenter(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'sentence' });
  return segmenter;
}
