import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PDFDocumentLoadingTask, PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import { extractionLimits } from '../limits.ts';
import type { RawDocument, RawPage } from './document-text.ts';
import { invisibleText } from './invisible-text.ts';
import type { PlacedLine } from './page-furniture.ts';
import type { ExtractionFlagCode } from './protocol.ts';
import type { Heading } from './sections.ts';
import { UnreadableDocument } from './unreadable-document.ts';

export type PdfJs = typeof import('pdfjs-dist');

/** What the reader reports while it works. */
export interface PdfProgress {
  opened(pageCount: number): void;
  pageRead(page: number): void;
}

/**
 * Reads all pages of a PDF with pdf.js. Never renders: no canvas, no fonts, no images, no XFA,
 * no scripts, no attachments, no WebAssembly, no network.
 *
 * @param moduleUrl where pdf.js itself lies; its character maps and fonts stand beside it.
 * @throws UnreadableDocument when the file is not for us to read.
 */
export async function readPdf(
  pdfjs: PdfJs,
  moduleUrl: string,
  bytes: Uint8Array,
  progress: PdfProgress,
): Promise<RawDocument> {
  const task = pdfjs.getDocument(pdfOptions(moduleUrl, bytes));
  try {
    const document = await openDocument(task);
    progress.opened(document.numPages);
    if (document.numPages > extractionLimits.maxPages) {
      throw new UnreadableDocument(
        'rejected',
        `The PDF has ${document.numPages} pages; at most ${extractionLimits.maxPages} are taken. Split it and upload the parts.`,
      );
    }
    const labels = await document.getPageLabels().catch(() => null);
    const pages: RawPage[] = [];
    for (let page = 1; page <= document.numPages; page += 1) {
      pages.push(await readPage(pdfjs, document, page, labels?.[page - 1] ?? null));
      progress.pageRead(page);
    }
    return { pages, headings: await headingsOf(document), placed: true, flags: [] };
  } finally {
    await task.destroy();
  }
}

function pdfOptions(moduleUrl: string, data: Uint8Array) {
  const root = join(dirname(fileURLToPath(moduleUrl)), '..', '..');
  return {
    data,
    verbosity: 0,
    useSystemFonts: false,
    disableFontFace: true,
    enableXfa: false,
    useWasm: false,
    stopAtErrors: false,
    maxImageSize: 0,
    cMapUrl: join(root, 'cmaps') + sep,
    cMapPacked: true,
    standardFontDataUrl: join(root, 'standard_fonts') + sep,
  };
}

async function openDocument(task: PDFDocumentLoadingTask): Promise<PDFDocumentProxy> {
  try {
    return await task.promise;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'PasswordException') {
      throw new UnreadableDocument(
        'password_needed',
        'The PDF is encrypted and needs a password. Upload a copy without one.',
      );
    }
    throw new UnreadableDocument(
      'failed',
      'The file is no PDF that can be read: it is damaged or cut off. Export it again and upload the new file.',
    );
  }
}

async function readPage(
  pdfjs: PdfJs,
  document: PDFDocumentProxy,
  number: number,
  label: string | null,
): Promise<RawPage> {
  try {
    const page = await document.getPage(number);
    const { lines, cut } = await linesOf(page);
    const flags: ExtractionFlagCode[] = cut ? ['page_cut'] : [];
    if (lines.length > 0 && (await invisibleText(pdfjs, page))) flags.push('invisible_text');
    page.cleanup();
    return { page: number, lines, declared_label: label, flags };
  } catch {
    return { page: number, lines: [], declared_label: label, flags: ['page_unreadable'] };
  }
}

/** Raw characters read before a page is given up; cleaning rarely halves a text. */
const rawBudget = 2 * extractionLimits.maxPageCharacters;

async function linesOf(page: PDFPageProxy): Promise<{ lines: PlacedLine[]; cut: boolean }> {
  const [, bottom = 0, , top = 1] = page.view;
  const lines: PlacedLine[] = [];
  let text = '';
  let y = 0;
  let budget = rawBudget;
  const endLine = (): void => {
    if (text.trim() !== '') lines.push({ text, height: (y - bottom) / (top - bottom || 1) });
    text = '';
  };
  const reader = page.streamTextContent().getReader();
  while (budget > 0) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const item of value.items) {
      if (!('str' in item)) continue;
      if (text === '') y = Number(item.transform[5]);
      text += item.str.slice(0, Math.max(0, budget));
      budget -= item.str.length;
      if (item.hasEOL) endLine();
    }
  }
  endLine();
  if (budget <= 0) await reader.cancel(new Error('the page holds more text than is kept'));
  return { lines, cut: budget <= 0 };
}

/** The outline with physical pages; entries that lead nowhere are passed over. */
async function headingsOf(document: PDFDocumentProxy): Promise<Heading[]> {
  const headings: Heading[] = [];
  const outline = await document.getOutline().catch(() => null);
  const open = (outline ?? []).map((entry) => ({ entry, above: [] as string[] })).reverse();
  for (let seen = 0; seen < extractionLimits.maxOutlineEntries; seen += 1) {
    const next = open.pop();
    if (next === undefined) break;
    const path = [...next.above, next.entry.title];
    const page = await pageOf(document, next.entry.dest);
    if (page !== null) headings.push({ path, page });
    for (const child of next.entry.items.toReversed()) open.push({ entry: child, above: path });
  }
  return headings;
}

async function pageOf(
  document: PDFDocumentProxy,
  dest: string | unknown[] | null,
): Promise<number | null> {
  try {
    const explicit = typeof dest === 'string' ? await document.getDestination(dest) : dest;
    const target: unknown = explicit?.[0];
    if (typeof target === 'number') return target + 1;
    return isReference(target) ? (await document.getPageIndex(target)) + 1 : null;
  } catch {
    return null;
  }
}

function isReference(value: unknown): value is { num: number; gen: number } {
  return typeof value === 'object' && value !== null && 'num' in value && 'gen' in value;
}
