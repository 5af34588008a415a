/** Part of one page of a material, found by a search. */
export interface Passage {
  readonly material_id: string;
  readonly title: string;
  /** Physical page from 1. */
  readonly page: number;
  /** The number printed on it, where known. */
  readonly page_label: string | null;
  readonly section: string | null;
  /** As it stands on the page. */
  readonly text: string;
}

/**
 * What may be searched for one question: the index has already been narrowed to a course and to
 * what its members may see.
 */
export interface PassageIndex {
  /** Best first. @param match an FTS5 query of `searchQueryOf` */
  search(match: string, limit: number): readonly Passage[];
  /** How many passages match; all of them for `null`. */
  count(match: string | null): number;
  /** Materials that are not read yet: nobody knows what they say. */
  unread(): number;
}

/** "p. iv (page 6 of the file)": both numbers where they differ, so that the page is found. */
export function pageName(passage: Pick<Passage, 'page' | 'page_label'>): string {
  const { page, page_label: label } = passage;
  return label === null || label === String(page)
    ? `p. ${page}`
    : `p. ${label} (page ${page} of the file)`;
}
