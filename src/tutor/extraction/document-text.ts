import { extractionLimits } from '../limits.ts';
import { cleanText, cutText } from './clean-text.ts';
import { joinBrokenWords, vocabularyOf } from './dehyphenate.ts';
import { type PlacedLine, pageFurniture } from './page-furniture.ts';
import { printedLabels } from './printed-labels.ts';
import type { ExtractedPage, ExtractionFlag, ExtractionFlagCode } from './protocol.ts';
import { type Heading, sectionsOf } from './sections.ts';

/** A page as a reader of one format found it, before the document is looked at as a whole. */
export interface RawPage {
  readonly page: number;
  readonly lines: readonly PlacedLine[];
  /** The label that the format itself declares. */
  readonly declared_label: string | null;
  /** What the reader noticed on this page. */
  readonly flags: readonly ExtractionFlagCode[];
}

export interface RawDocument {
  readonly pages: readonly RawPage[];
  readonly headings: readonly Heading[];
  /** True where lines have heights, so running heads and printed numbers can be told apart. */
  readonly placed: boolean;
  /** What the reader noticed about the whole document. */
  readonly flags: readonly ExtractionFlagCode[];
}

/**
 * Turns raw pages into what is stored: clean characters, joined words, no running heads, labels
 * and sections. Pages without any text are left out; they only leave a flag.
 */
export function documentText(document: RawDocument): {
  readonly pages: readonly ExtractedPage[];
  readonly flags: readonly ExtractionFlag[];
} {
  const lines = document.pages.map((page) => page.lines);
  const isFurniture = document.placed ? pageFurniture(lines) : () => false;
  const printed = document.placed ? printedLabels(lines) : () => null;
  const sectionOf = sectionsOf(document.headings);
  const texts = document.pages.map((page) => cleanText(bodyOf(page, isFurniture)));
  const vocabulary = vocabularyOf(texts);
  const flags = new FlagList();
  for (const code of document.flags) flags.add(code, null);

  const pages: ExtractedPage[] = [];
  let room: number = extractionLimits.maxDocumentCharacters;
  for (const [position, raw] of document.pages.entries()) {
    for (const code of raw.flags) flags.add(code, raw.page);
    const whole = joinBrokenWords(texts[position] ?? '', vocabulary);
    if (whole === '') {
      if (!raw.flags.includes('page_unreadable')) flags.add('page_without_text', raw.page);
      continue;
    }
    const text = cutText(whole, extractionLimits.maxPageCharacters);
    if (text.length > room) {
      flags.add('document_cut', raw.page);
      continue;
    }
    if (text.length < whole.length) flags.add('page_cut', raw.page);
    room -= text.length;
    pages.push({
      page: raw.page,
      page_label: labelOf(raw, printed),
      section: sectionOf(raw.page),
      text,
    });
  }
  return { pages, flags: flags.list() };
}

/**
 * The page without its running heads, since they would match every search; but a page that has
 * nothing else keeps them.
 */
function bodyOf(
  { lines, page }: RawPage,
  isFurniture: (line: PlacedLine, page: number) => boolean,
): string {
  const body = lines.filter((line) => !isFurniture(line, page));
  return (body.length > 0 ? body : lines).map((line) => line.text).join('\n');
}

function labelOf(raw: RawPage, printed: (page: number) => string | null): string | null {
  const label = cleanText(raw.declared_label ?? printed(raw.page) ?? '').replace(/\s+/g, ' ');
  return label === '' ? null : cutText(label, extractionLimits.maxLabelCharacters);
}

/** Flags in the order of their first page, each with its pages once. */
class FlagList {
  readonly #pages = new Map<ExtractionFlagCode, Set<number>>();

  add(code: ExtractionFlagCode, page: number | null): void {
    const pages = this.#pages.get(code) ?? new Set<number>();
    if (page !== null) pages.add(page);
    this.#pages.set(code, pages);
  }

  list(): readonly ExtractionFlag[] {
    return [...this.#pages].map(([code, pages]) => ({ code, pages: [...pages] }));
  }
}
