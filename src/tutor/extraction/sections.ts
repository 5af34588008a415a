import { extractionLimits } from '../limits.ts';
import { cleanText, cutText } from './clean-text.ts';

/** A heading with its ancestors, and the physical page (from 1) on which it begins. */
export interface Heading {
  readonly path: readonly string[];
  readonly page: number;
}

function pathText(path: readonly string[]): string {
  return path
    .map((title) => cleanText(title).replace(/\n/g, ' '))
    .filter((title) => title !== '')
    .join(' › ');
}

/**
 * What a page is about by its outline: the heading it opens under and those that begin on it.
 * A search for a section's title so finds the page where the section starts.
 */
export function sectionsOf(headings: readonly Heading[]): (page: number) => string | null {
  const ordered = headings
    .map((heading, order) => ({ ...heading, order }))
    .toSorted((a, b) => a.page - b.page || a.order - b.order);
  return (page) => {
    const before = ordered.findLast((heading) => heading.page < page);
    const here = ordered.filter((heading) => heading.page === page);
    const parts = [...(before === undefined ? [] : [before]), ...here].map((h) => pathText(h.path));
    const text = [...new Set(parts)].filter((part) => part !== '').join(' · ');
    return text === '' ? null : cutText(text, extractionLimits.maxSectionCharacters);
  };
}
