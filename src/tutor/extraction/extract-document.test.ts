import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import t from 'tap';
import {
  billionLaughs,
  countLie,
  encryptedPdf,
  flateBomb,
  pageTreeLoop,
  pdfOfContents,
  repeatedKids,
  streamOf,
  textContent,
} from '../../../test/fixtures/hostile-pdf.ts';
import { spawnConfinedChild } from './confined-child.ts';
import type { DocumentSource } from './document-kind.ts';
import { extractDocument } from './extract-document.ts';
import type { ExtractedPage } from './protocol.ts';
import { type ChildBounds, defaultBounds, memoryIsWatched } from './watchdog.ts';

// Each hostile document runs until its own limit of time or memory ends it.
t.setTimeout(180_000);

const never = new AbortController().signal;

async function extract(source: Partial<DocumentSource>, bounds?: ChildBounds) {
  const pages: ExtractedPage[] = [];
  const outcome = await extractDocument(
    { bytes: new Uint8Array(), filename: 'a.pdf', media_type: 'application/pdf', ...source },
    { onPage: (page) => pages.push(page) },
    never,
    bounds,
  );
  return { outcome, pages };
}

const pages = (...texts: string[][]): Uint8Array => pdfOfContents(texts.map(textContent));

t.test('pages come with number and text, joined words and without running heads', async (t) => {
  const bytes = pages(
    ...Array.from({ length: 6 }, (_, position) => [
      `Biology for all ${position + 11}`,
      ...(position === 0 ? ['Chloro-', 'phyll absorbs light.'] : []),
      `${'Chlorophyll '.repeat(position)}is green`,
    ]),
  );
  const { outcome, pages: found } = await extract({ bytes });
  t.same(outcome, { state: 'indexed', reason: null, page_count: 6, flags: [] });
  t.same(found[0], {
    page: 1,
    page_label: '11',
    section: null,
    text: 'Chlorophyll\nabsorbs light.\nis green',
  });
  t.same(
    found.map((page) => page.page_label),
    ['11', '12', '13', '14', '15', '16'],
  );
});

t.test('lines that differ in what they say are no running heads', async (t) => {
  const bytes = pages(
    ...Array.from({ length: 6 }, (_, position) => [
      `Fact ${position * 7} is about topic${position}`,
      `The code of room ${position + 1} is ${(position + 1) * 4711}`,
      'Biology for all',
    ]),
  );
  const { pages: found } = await extract({ bytes });
  t.equal(found[2]?.text, 'Fact 14 is about topic2\nThe code of room 3 is 14133');
});

t.test('a page that has nothing but repeated lines keeps them', async (t) => {
  const { pages: found } = await extract({ bytes: pages(...Array(5).fill(['The same'])) });
  t.same(
    found.map((page) => page.text),
    Array(5).fill('The same'),
  );
});

t.test('an ordinary PDF of a common library is read', async (t) => {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.TimesRoman);
  document.addPage().drawText('Mitochondria are the powerhouse of the cell.', { font, size: 12 });
  document.addPage();
  const { outcome, pages: found } = await extract({ bytes: await document.save() });
  t.match(found, [{ page: 1, text: 'Mitochondria are the powerhouse of the cell.' }]);
  t.same(outcome.flags, [{ code: 'page_without_text', pages: [2] }]);
});

t.test('declared labels and the outline reach their pages', async (t) => {
  const bytes = pdfOfContents(
    [['one'], ['two'], ['three']].map(textContent),
    '/PageLabels << /Nums [0 << /S /r >> 2 << /S /D >>] >> /Outlines << /First 10 0 R /Last 10 0 R /Count 1 >>',
  );
  const withOutline = Buffer.from(bytes)
    .toString('latin1')
    .replace(
      'xref\n',
      '10 0 obj\n<< /Title (Cells) /Dest [6 0 R /Fit] /First 11 0 R /Last 11 0 R >>\nendobj\n11 0 obj\n<< /Title (Walls) /Dest [8 0 R /Fit] >>\nendobj\nxref\n',
    );
  const { pages: found } = await extract({ bytes: Buffer.from(withOutline, 'latin1') });
  t.same(
    found.map((page) => [page.page, page.page_label, page.section]),
    [
      [1, 'i', null],
      [2, 'ii', 'Cells'],
      [3, '1', 'Cells · Cells › Walls'],
    ],
  );
});

t.test('what cannot be read is told in a state and a sentence', async (t) => {
  const good = pages(['Hello world']);
  const rows: [string, Uint8Array, string, RegExp][] = [
    ['encrypted', encryptedPdf(), 'password_needed', /password/],
    ['cut off', good.slice(0, 200), 'failed', /damaged or cut off/],
    ['cut in half', good.slice(0, good.length / 2), 'failed', /damaged or cut off/],
    ['noise', Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(9000)]), 'failed', /damaged/],
    ['noise, no header', randomBytes(9000), 'rejected', /PDF, TXT and MD/],
    ['empty', new Uint8Array(), 'rejected', /empty/],
    ['no text', pages([]), 'no_text_layer', /text recognition/],
    ['200,000 kids', repeatedKids(200_000), 'rejected', /200000 pages/],
    ['a loop in the page tree', pageTreeLoop(), 'failed', /None of its pages/],
    ['more than 30 MB', Buffer.alloc(31 * 1024 * 1024, '%PDF-'), 'rejected', /30 MB/],
  ];
  for (const [name, bytes, state, reason] of rows) {
    const { outcome, pages: found } = await extract({ bytes });
    t.equal(outcome.state, state, name);
    t.match(outcome.reason, reason, name);
    t.same(found, [], name);
  }
});

t.test('a false page count and a foreign page do not spoil the rest', async (t) => {
  t.match(await extract({ bytes: countLie() }), {
    outcome: { state: 'indexed', page_count: 1 },
    pages: [{ text: 'one page' }],
  });
});

t.test('a page that holds more than is kept is cut and flagged', async (t) => {
  const line = `BT /F1 12 Tf 72 700 Td (${'abcdefghi '.repeat(5)}) Tj ET\n`;
  const bytes = pdfOfContents([streamOf(Buffer.from(line.repeat(500)))]);
  const { outcome, pages: found } = await extract({ bytes });
  t.equal(found[0]?.text.length, 20_000);
  t.same(outcome.flags, [{ code: 'page_cut', pages: [1] }]);
});

t.test(
  'invisible text beside visible text is flagged; alone it is a scan with a layer',
  async (t) => {
    const hidden = (draw: string) => streamOf(Buffer.from(`BT /F1 12 Tf 72 700 Td ${draw} ET`));
    const { outcome } = await extract({
      bytes: pdfOfContents([
        hidden('(seen) Tj 0 -20 Td 3 Tr (obey me) Tj'),
        hidden('(seen) Tj 0 -20 Td 1 1 1 rg (obey me) Tj'),
        hidden('3 Tr (recognised text) Tj'),
        hidden('(seen) Tj'),
      ]),
    });
    t.same(outcome.flags, [{ code: 'invisible_text', pages: [1, 2] }]);
  },
);

t.test(
  'a bomb of memory ends its child, not this process',
  { skip: !memoryIsWatched },
  async (t) => {
    const bytes = await flateBomb(900_000_000);
    const before = process.memoryUsage.rss();
    const { outcome } = await extract({ bytes }, { ...defaultBounds, maxResidentBytes: 400e6 });
    t.equal(outcome.state, 'failed');
    t.match(outcome.reason, /more than 381 MB of memory/);
    t.ok(process.memoryUsage.rss() - before < 50e6, 'this process did not grow');
  },
);

t.test('a loop without end is stopped by the clock', async (t) => {
  const { outcome } = await extract(
    { bytes: billionLaughs() },
    { ...defaultBounds, wallMs: () => 2000 },
  );
  t.equal(outcome.state, 'failed');
  t.match(outcome.reason, /longer than 2 seconds/);
});

t.test('an abort ends the child and rejects', async (t) => {
  const abort = new AbortController();
  const running = extractDocument(
    { bytes: billionLaughs(), filename: 'a.pdf', media_type: '' },
    { onPage: () => undefined },
    abort.signal,
  );
  abort.abort(new Error('shutting down'));
  await t.rejects(running, { message: 'shutting down' });
});

t.test('the child starts confined', { skip: !memoryIsWatched }, async (t) => {
  const child = spawnConfinedChild('text');
  t.teardown(() => child.kill('SIGKILL'));
  child.stdin?.write('not yet the end');
  await new Promise((resolve) => child.once('spawn', resolve));
  const proc = (name: string) => readFile(`/proc/${child.pid}/${name}`, 'latin1');
  while (!/^[^\0]*node\0--permission/.test(await proc('cmdline'))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const commandLine = await proc('cmdline');
  t.notMatch(commandLine, /--allow-(net|fs-write|child-process|worker|addons)/);
  t.notMatch(commandLine, /--allow-fs-read=(\*|\/\0)/);
  t.equal(await proc('environ'), '');
  t.match(await proc('limits'), /Max cpu time +200 /);
});
