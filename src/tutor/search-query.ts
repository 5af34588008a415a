import { searchLimits } from './limits.ts';
import { contentWordsOf } from './words.ts';

/**
 * An FTS5 query from what a person typed: its content words, each once and quoted, joined by OR.
 * Raw input would be syntax (`?`, `AND`, `foo:`), and the implicit AND finds next to nothing.
 *
 * @returns `null` when there is no word to search for.
 */
export function searchQueryOf(input: string): string | null {
  const words = contentWordsOf(input.slice(0, searchLimits.maxQueryCharacters));
  const terms = [...new Set(words)].slice(0, searchLimits.maxTerms);
  return terms.length === 0 ? null : terms.map((term) => `"${term}"`).join(' OR ');
}
