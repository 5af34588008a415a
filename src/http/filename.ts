/** What most file systems allow, so that a download can be saved under the name it came with. */
export const filenameMaxBytes = 255;
const extensionMaxBytes = 20;
const NAMELESS = 'unnamed';

/** Control characters, half surrogate pairs, line separators, and what reverses text to disguise an ending. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * A name for people to see and save under. Names are cleaned, never refused: nobody shall miss a
 * deadline for one. Only what stands after the last slash or backslash is kept, without control
 * characters, without dots or blanks at either end; long names are cut before their extension.
 */
export function cleanFilename(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const name = last
    .normalize('NFC')
    .replace(UNPRINTABLE, '')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/gu, '');
  return name === '' ? NAMELESS : cut(name);
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= filenameMaxBytes) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  if (Buffer.byteLength(extension) > extensionMaxBytes) return cutTo(name, filenameMaxBytes);
  return cutTo(name.slice(0, dot), filenameMaxBytes - Buffer.byteLength(extension)) + extension;
}

/** The longest beginning that is whole characters and at most `maxBytes` of UTF-8. */
function cutTo(text: string, maxBytes: number): string {
  let bytes = 0;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) break;
    kept += segment;
  }
  return kept.trimEnd();
}
