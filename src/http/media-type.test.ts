import { PDFDocument } from 'pdf-lib';
import t from 'tap';
import { mediaTypeOf } from './media-type.ts';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64');
const ZIP = Buffer.concat([Buffer.from('PK\x03\x04\x14\x00', 'latin1'), Buffer.alloc(64)]);
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const TYPES: readonly [name: string, Uint8Array | string, string, string | null, string][] = [
  ['a lie about a picture', PNG, 'essay.pdf', 'application/pdf', 'image/png'],
  ['a PDF called text', '%PDF-1.7\n', 'a.txt', 'text/plain', 'application/pdf'],
  ['a PDF after some lines', '\n\n%PDF-1.4\n', 'a', null, 'application/pdf'],
  ['a PDF mark too late', `${' '.repeat(2000)}%PDF-`, 'a', null, 'text/plain'],
  ['text called PDF', 'not a pdf', 'a.pdf', 'application/pdf', 'text/plain'],
  ['Markdown', '# Raft', 'notes.MD', 'application/octet-stream', 'text/markdown'],
  ['CSV', 'a,b\n1,2\n', 'grades.csv', null, 'text/csv'],
  ['HTML says what it is', '<script>1</script>', 'a.html', 'text/plain', 'text/html'],
  ['text of a declared kind', 'x = 1', 'a.py', 'text/x-python', 'text/x-python'],
  ['text of a dangerous kind', 'x = 1', 'a.x', 'application/xhtml+xml', 'text/plain'],
  ['a header in the declared type', 'x', 'a', 'text/x\r\nset-cookie: a', 'text/plain'],
  [
    'bytes of no kind',
    Buffer.from([0, 1, 2, 3]),
    'a.txt',
    'text/plain',
    'application/octet-stream',
  ],
  ['latin-1 text', Buffer.from('Übung', 'latin1'), 'a.txt', null, 'text/plain'],
  ['a zip that is one', ZIP, 'a.zip', 'text/plain', 'application/zip'],
  ['a zip that may be a document', ZIP, 'a.docx', DOCX, DOCX],
  ['a book', ZIP, 'a.epub', 'application/epub+zip', 'application/epub+zip'],
  [
    'a header in the type of a document',
    ZIP,
    'a.docx',
    `${DOCX}\r\nset-cookie: a`,
    'application/zip',
  ],
  ['a type that no header can carry', ZIP, 'a.docx', `${DOCX}; ☃`, 'application/zip'],
];

for (const [name, head, filename, declared, type] of TYPES) {
  t.test(`${name}: ${type}`, async (t) => {
    t.equal(await mediaTypeOf(Buffer.from(head), filename, declared), type);
  });
}

t.test('a real PDF', async (t) => {
  const document = await PDFDocument.create();
  document.addPage();
  t.equal(await mediaTypeOf(await document.save(), 'a.bin', null), 'application/pdf');
});

t.test('hostile beginnings of known formats end in some type, and soon', async (t) => {
  for (const mark of [
    'PK\x03\x04',
    '\x1f\x8b',
    'RIFF',
    'OggS',
    '\x30\x26\xb2\x75',
    'ftyp',
    'ID3',
  ]) {
    for (const fill of [0x00, 0xff, 0x41]) {
      const head = Buffer.concat([Buffer.from(mark, 'latin1'), Buffer.alloc(4096, fill)]);
      t.type(await mediaTypeOf(head, 'a', null), 'string');
    }
  }
});
