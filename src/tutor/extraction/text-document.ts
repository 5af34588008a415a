import { extractionLimits } from '../limits.ts';
import type { RawDocument, RawPage } from './document-text.ts';
import type { ExtractionFlagCode } from './protocol.ts';
import type { Heading } from './sections.ts';
import { UnreadableDocument } from './unreadable-document.ts';

/**
 * A plain text. Its pages are what form feeds (U+000C) divide, as in manuals printed to text;
 * without any, pieces of about 4,000 characters, cut at an empty line or a line's end.
 */
export function readText(bytes: Uint8Array): RawDocument {
  const { text, flags } = decodeText(bytes);
  const pieces = text.includes('\f') ? text.split('\f') : cutIntoPages(text);
  return { pages: rawPages(pieces), headings: [], placed: false, flags };
}

/**
 * A Markdown text. Every heading begins a page, and so does every 4,000 characters below one;
 * the section of a page is the path of the headings above it.
 */
export function readMarkdown(bytes: Uint8Array): RawDocument {
  const { text, flags } = decodeText(bytes);
  const pieces: string[] = [];
  const headings: Heading[] = [];
  for (const block of splitByHeadings(text)) {
    if (block.path !== null) headings.push({ path: block.path, page: pieces.length + 1 });
    pieces.push(...cutIntoPages(block.text));
  }
  return { pages: rawPages(pieces), headings, placed: false, flags };
}

function decodeText(bytes: Uint8Array): { text: string; flags: ExtractionFlagCode[] } {
  const encoding = byteOrderMark(bytes);
  if (encoding === null && holdsNul(bytes)) {
    throw new UnreadableDocument(
      'rejected',
      'This is not a text: it holds NUL bytes. Upload a PDF, a TXT or a MD file.',
    );
  }
  try {
    return { text: new TextDecoder(encoding ?? 'utf-8', { fatal: true }).decode(bytes), flags: [] };
  } catch {
    const text = new TextDecoder(encoding ?? 'windows-1252').decode(bytes);
    return { text, flags: ['guessed_encoding'] };
  }
}

function byteOrderMark(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  return null;
}

function holdsNul(bytes: Uint8Array): boolean {
  return bytes.includes(0);
}

/** Cuts at the last empty line, else the last line's end, else in the middle of a line. */
function cutIntoPages(text: string): string[] {
  const size = extractionLimits.textPageCharacters;
  const pieces: string[] = [];
  let rest = text.replace(/\r\n?/g, '\n');
  while (rest.length > size) {
    const window = rest.slice(0, size);
    const cuts = [window.lastIndexOf('\n\n'), window.lastIndexOf('\n'), window.lastIndexOf(' ')];
    const cut = cuts.find((at) => at > size / 2) ?? size;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...pieces, rest];
}

interface Block {
  /** `null` before the first heading. */
  readonly path: readonly string[] | null;
  readonly text: string;
}

/** Splits before every ATX heading outside fenced code (CommonMark 0.31, 4.2 and 4.5). */
function splitByHeadings(text: string): Block[] {
  const blocks: { path: readonly string[] | null; lines: string[] }[] = [{ path: null, lines: [] }];
  let path: readonly string[] = [];
  let fence: string | null = null;
  for (const line of text.split(/\r\n?|\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === null || closes(fence, mark))) {
      fence = fence === null ? mark : null;
    }
    const heading = fence === null ? headingOf(line) : null;
    if (heading !== null) {
      const above = Array.from({ length: heading.level - 1 }, (_, level) => path[level] ?? '');
      path = [...above, heading.title];
      blocks.push({ path, lines: [] });
    }
    blocks.at(-1)?.lines.push(line);
  }
  return blocks
    .map((block) => ({ path: block.path, text: block.lines.join('\n') }))
    .filter((block) => block.path !== null || block.text.trim() !== '');
}

const maxTitleCharacters = 500;

function headingOf(line: string): { level: number; title: string } | null {
  const marks = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(line);
  if (marks === null) return null;
  const title = line.slice(marks[0].length, maxTitleCharacters).trim();
  return { level: (marks[1] ?? '').length, title: title.replace(/(^|[ \t])#+$/, '').trim() };
}

function closes(fence: string, mark: string): boolean {
  return mark[0] === fence[0] && mark.length >= fence.length;
}

function rawPages(pieces: readonly string[]): RawPage[] {
  if (pieces.length > extractionLimits.maxPages) {
    throw new UnreadableDocument(
      'rejected',
      `This text makes ${pieces.length} pages; at most ${extractionLimits.maxPages} are taken. Split it and upload the parts.`,
    );
  }
  return pieces.map((text, position) => ({
    page: position + 1,
    lines: [{ text, height: 0 }],
    declared_label: null,
    flags: [],
  }));
}
