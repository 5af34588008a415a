import t from 'tap';
import { documentText } from './document-text.ts';
import { readMarkdown, readText } from './text-document.ts';
import { UnreadableDocument } from './unreadable-document.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8'): Uint8Array =>
  Buffer.from(text, encoding);

t.test('encodings', (t) => {
  const utf16be = Buffer.from('\ufeffGrüße', 'utf16le').swap16();
  const rows: [string, Uint8Array, string, string[]][] = [
    ['UTF-8', bytes('Grüße'), 'Grüße', []],
    ['UTF-8 with a mark', bytes('\ufeffGrüße'), 'Grüße', []],
    ['UTF-16, little end first', bytes('\ufeffGrüße', 'utf16le'), 'Grüße', []],
    ['UTF-16, big end first', utf16be, 'Grüße', []],
    ['Windows-1252', bytes('Gr\xfc\xdfe \x80', 'latin1'), 'Grüße €', ['guessed_encoding']],
  ];
  for (const [name, input, text, flags] of rows) {
    const found = documentText(readText(input));
    t.same(
      found.pages.map((page) => page.text),
      [text],
      name,
    );
    t.same(
      found.flags.map((flag) => flag.code),
      flags,
      name,
    );
  }
  t.end();
});

t.test('NUL bytes are no text', (t) => {
  t.throws(() => readText(bytes('a\0b')), UnreadableDocument);
  t.end();
});

t.test('form feeds divide a text; without them its length does', (t) => {
  t.same(
    documentText(readText(bytes('one\ftwo\f\ffour'))).pages.map(({ page, text }) => [page, text]),
    [
      [1, 'one'],
      [2, 'two'],
      [4, 'four'],
    ],
  );
  const paragraph = `${'word '.repeat(300).trim()}\n\n`;
  const long = documentText(readText(bytes(paragraph.repeat(5)))).pages;
  t.equal(long.length, 3);
  t.ok(long.every((page) => page.text.startsWith('word') && page.text.length <= 4000));
  t.equal(
    long.map((page) => page.text.split(/\s+/).length).reduce((a, b) => a + b),
    1500,
  );
  t.end();
});

t.test('a heading of Markdown begins a page and names its section; code has no headings', (t) => {
  const text = 'Before\n# A\n\nalpha\n## B ##\nbeta\n```\n# not one\n```\n# C\ngamma';
  t.same(
    documentText(readMarkdown(bytes(text))).pages.map(({ page, section, text }) => [
      page,
      section,
      text,
    ]),
    [
      [1, null, 'Before'],
      [2, 'A', '# A\n\nalpha'],
      [3, 'A · A › B', '## B ##\nbeta\n```\n# not one\n```'],
      [4, 'A › B · C', '# C\ngamma'],
    ],
  );
  t.end();
});

t.test('too many pages are rejected in words', (t) => {
  t.throws(() => readText(bytes('x\f'.repeat(1501))), { state: 'rejected', message: /1502 pages/ });
  t.end();
});

t.test('a document stops at its limit, page by page', (t) => {
  const lines = [{ text: 'x'.repeat(19_000), height: 0 }];
  const pages = Array.from({ length: 270 }, (_, position) => ({
    page: position + 1,
    lines,
    declared_label: null,
    flags: [],
  }));
  const found = documentText({ pages, headings: [], placed: false, flags: [] });
  t.equal(found.pages.length, 263);
  t.match(found.flags, [{ code: 'document_cut', pages: [264, 265, 266, 267, 268, 269, 270] }]);
  t.end();
});
