import { z } from 'zod';
import { extractionLimits } from '../limits.ts';

/** What the child is told: the bytes come by stdin, the kind as its only argument. */
export type DocumentKind = 'pdf' | 'text' | 'markdown';

/** Something that an instructor should look at; `pages` is empty when it concerns the whole. */
export interface ExtractionFlag {
  readonly code: ExtractionFlagCode;
  readonly pages: readonly number[];
}

const flagCode = z.enum([
  /** The page holds more text than is kept. */
  'page_cut',
  /** The document holds more text than is kept: these pages were left out. */
  'document_cut',
  /** The page could not be read; the others could. */
  'page_unreadable',
  /** The page has no text (a scan or a drawing) while others do. */
  'page_without_text',
  /** Text that a reader of the page does not see stands beside text that he does. */
  'invisible_text',
  /** Neither UTF-8 nor UTF-16: read as Windows-1252, which never fails. */
  'guessed_encoding',
]);
export type ExtractionFlagCode = z.infer<typeof flagCode>;

const pageNumber = z.int().min(1).max(extractionLimits.maxPages);

/** One page of text, as it is stored. */
export const extractedPage = z.strictObject({
  /** Physical number, from 1: what a PDF reader's page box shows. */
  page: pageNumber,
  /** The number printed on the page ("iv", "A-3"), where known. */
  page_label: z.string().max(extractionLimits.maxLabelCharacters).nullable(),
  /** The outline's path at this page, or the headings of a Markdown text. */
  section: z.string().max(extractionLimits.maxSectionCharacters).nullable(),
  text: z.string().max(extractionLimits.maxPageCharacters),
});
export type ExtractedPage = z.infer<typeof extractedPage>;

/**
 * The child's lines, one JSON object each: `opened`, then any number of `progress`, then every
 * page with text in order, then `finished`; or `refused` at any time, as the last line.
 */
export const childMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('opened'), page_count: z.int().min(0) }),
  z.strictObject({ type: z.literal('progress'), pages_read: pageNumber }),
  z.strictObject({ type: z.literal('page'), page: extractedPage }),
  z.strictObject({
    type: z.literal('finished'),
    flags: z.array(
      z.strictObject({
        code: flagCode,
        pages: z.array(pageNumber).max(extractionLimits.maxPages),
      }),
    ),
  }),
  z.strictObject({
    type: z.literal('refused'),
    state: z.enum(['password_needed', 'rejected', 'failed']),
    reason: z.string().max(500),
  }),
]);
export type ChildMessage = z.infer<typeof childMessage>;
