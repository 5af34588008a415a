import { extractionLimits } from '../limits.ts';
import type { DocumentKind } from './protocol.ts';

export interface DocumentSource {
  readonly bytes: Uint8Array;
  readonly filename: string;
  readonly media_type: string;
}

/** PDF readers accept the header anywhere in the first 1,024 bytes. */
const headerWindow = 1024;

/**
 * What a document is: a PDF by its content, a text by its name or declared type, since texts
 * have no mark of their own. Else why it is not taken.
 */
export function kindOf(source: DocumentSource): { kind: DocumentKind } | { reason: string } {
  const { bytes, filename, media_type } = source;
  const name = filename.toLowerCase();
  const isPdf = holdsPdfHeader(bytes, /\.(md|markdown|txt|text)$/.test(name));
  const limit = isPdf ? extractionLimits.maxFileBytes : extractionLimits.maxTextFileBytes;
  if (bytes.length > limit) return { reason: tooLarge(bytes.length, limit) };
  if (bytes.length === 0) return { reason: 'The file is empty.' };
  if (isPdf) return { kind: 'pdf' };
  if (/\.(md|markdown)$/.test(name) || media_type.startsWith('text/markdown')) {
    return { kind: 'markdown' };
  }
  if (/\.(txt|text)$/.test(name) || media_type.startsWith('text/plain')) return { kind: 'text' };
  return { reason: 'The tutor reads PDF, TXT and MD files, and this is none of them.' };
}

/** In a file that is named as a text the header counts at the start only: it may speak of PDFs. */
function holdsPdfHeader(bytes: Uint8Array, namedAsText: boolean): boolean {
  const window = namedAsText ? '%PDF-'.length : headerWindow;
  return Buffer.from(bytes.subarray(0, window)).includes('%PDF-');
}

/** Why a file of this size is not even read; `null` when it may be. */
export function sizeRefusal(sizeBytes: number): string | null {
  const limit = extractionLimits.maxFileBytes;
  return sizeBytes > limit ? tooLarge(sizeBytes, limit) : null;
}

function tooLarge(size: number, limit: number): string {
  const mb = (bytes: number): number => Math.ceil(bytes / (1024 * 1024));
  return `The file has ${mb(size)} MB; at most ${mb(limit)} MB are read. Split it and upload the parts.`;
}
