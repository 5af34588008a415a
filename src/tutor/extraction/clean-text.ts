// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const controls = /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u00ad\ufeff]/g;

/**
 * Invisible characters that can hide instructions or break search: zero-width space and word
 * joiners, bidi controls, interlinear marks, and the tag block. ZWJ and ZWNJ (U+200C, U+200D)
 * stay: Persian and Indic scripts need them.
 */
const invisible =
  /[\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A lone half of a surrogate pair cannot be written as UTF-8: it becomes U+FFFD. */
export function cleanText(raw: string): string {
  return raw
    .toWellFormed()
    .normalize('NFKC')
    .replace(/\r\n?|\u2028|\u2029|\u0085/g, '\n')
    .replace(controls, '')
    .replace(invisible, '')
    .replace(/[^\S\n\f]+/g, ' ')
    .replace(/ *\n */g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** At most `max` UTF-16 units, never cutting a surrogate pair in two. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? max - 1 : max);
}
