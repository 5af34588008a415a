/** So many bytes are looked at to tell a type. */
export const sniffBytes = 64 * 1024;

const BINARY = 'application/octet-stream';
/** A PDF may have other bytes before its mark, within the first KiB (ISO 32000-1, H.3.4.1). */
const PDF_MARK = '%PDF-';
const pdfMarkWithinBytes = 1024;

/** Text says nothing of its kind: the ending of the name does. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  htm: 'text/html',
  html: 'text/html',
  json: 'application/json',
  markdown: 'text/markdown',
  md: 'text/markdown',
  svg: 'image/svg+xml',
  xml: 'application/xml',
};

/** Kinds of documents that are zip archives inside; for these the declared type is believed. */
const ZIP_BASED = /^application\/(?:vnd\.(?:openxmlformats|oasis)[a-z0-9.+-]{1,100}|epub\+zip)$/;

/**
 * The media type of a file, told by its bytes. What the client declares is a hint, taken only where
 * the bytes leave it open and it does not contradict them.
 *
 * @param head the first `sniffBytes` bytes
 */
export async function mediaTypeOf(
  head: Uint8Array,
  filename: string,
  declared: string | null,
): Promise<string> {
  const sniffed = await sniff(head);
  if (sniffed === 'application/zip' && declared !== null && ZIP_BASED.test(declared)) {
    return declared;
  }
  if (sniffed !== null) return sniffed;
  if (Buffer.from(head.subarray(0, pdfMarkWithinBytes)).includes(PDF_MARK))
    return 'application/pdf';
  if (!isText(head)) return BINARY;
  const extension = /\.([a-z]+)$/i.exec(filename)?.[1]?.toLowerCase() ?? '';
  const known = TEXT_TYPES[extension];
  if (known !== undefined) return known;
  return declared !== null && /^text\/[a-z0-9.+-]{1,60}$/.test(declared) ? declared : 'text/plain';
}

/** A parser that stumbles over hostile bytes has told that it does not know them. */
async function sniff(head: Uint8Array): Promise<string | null> {
  const { fileTypeFromBuffer } = await import('file-type');
  try {
    return (await fileTypeFromBuffer(head))?.mime ?? null;
  } catch {
    return null;
  }
}

/** No control characters but those that text files have: tab, line ends, form feed, escape. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b);
}
