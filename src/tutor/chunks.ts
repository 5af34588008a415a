import { chunkLimits } from './limits.ts';

/** Part of a page, as offsets into its text (UTF-16 units): `text.slice(start, end)`. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a page into chunks of about 250 words that overlap by 40, so that a sentence at a cut is
 * whole in one of them. A chunk never crosses a page: its citation must name one. A rest shorter
 * than the overlap joins the chunk before it.
 */
export function chunksOf(pageText: string): Chunk[] {
  const words = [...pageText.matchAll(/\S+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const chunks: Chunk[] = [];
  let from = 0;
  while (from < words.length) {
    const to = lastWord(words, from);
    const [first, last] = [words[from], words[to - 1]];
    if (first === undefined || last === undefined) break;
    chunks.push({ start: first.start, end: last.end });
    if (to >= words.length) break;
    from = Math.max(from + 1, to - chunkLimits.overlapWords);
  }
  return chunks;
}

/** Index after the last word of the chunk that begins with `from`. */
function lastWord(words: readonly Chunk[], from: number): number {
  const { chunkWords, overlapWords, maxChunkCharacters } = chunkLimits;
  const left = words.length - from;
  let to = left <= chunkWords + overlapWords ? words.length : from + chunkWords;
  const begin = words[from]?.start ?? 0;
  while (to > from + 1 && (words[to - 1]?.end ?? 0) - begin > maxChunkCharacters) to -= 1;
  return to;
}
