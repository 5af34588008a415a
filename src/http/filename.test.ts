import t from 'tap';
import { cleanFilename, filenameMaxBytes } from './filename.ts';

const CLEANED: readonly [given: string, kept: string][] = [
  ['essay.pdf', 'essay.pdf'],
  ['Übung 3 – Lösung.pdf', 'Übung 3 – Lösung.pdf'],
  ['作业.docx', '作业.docx'],
  ['What is Raft?.pdf', 'What is Raft?.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\system.ini', 'system.ini'],
  ['C:\\fakepath\\essay.pdf', 'essay.pdf'],
  ['/', 'unnamed'],
  ['..', 'unnamed'],
  ['.', 'unnamed'],
  ['', 'unnamed'],
  [' . . ', 'unnamed'],
  ['.bashrc', 'bashrc'],
  ['essay.pdf. . ', 'essay.pdf'],
  ['a\u0000b\r\nc.pdf', 'abc.pdf'],
  ['a\u007fb\u0085.pdf', 'ab.pdf'],
  ['annex\u202efdp.exe', 'annexfdp.exe'],
  ['a\ufeffb.txt', 'ab.txt'],
  ['half\ud800.txt', 'half.txt'],
  ['a\u00a0\u2003 b.txt', 'a b.txt'],
  ['e\u0301.txt', 'é.txt'],
];

for (const [given, kept] of CLEANED) {
  t.test(`${JSON.stringify(given)} becomes ${JSON.stringify(kept)}`, (t) => {
    t.equal(cleanFilename(given), kept);
    t.end();
  });
}

t.test('300 letters are cut, the extension stays', (t) => {
  const cut = cleanFilename(`${'x'.repeat(300)}.pdf`);
  t.equal(cut, `${'x'.repeat(filenameMaxBytes - 4)}.pdf`);
  t.equal(cleanFilename('x'.repeat(300)).length, filenameMaxBytes);
  t.equal(cleanFilename(`x.${'y'.repeat(300)}`).length, filenameMaxBytes);
  t.equal(cleanFilename('x'.repeat(filenameMaxBytes)).length, filenameMaxBytes);
  t.end();
});

t.test('a character is cut off whole or not at all', (t) => {
  const family = '👨‍👩‍👧';
  const cut = cleanFilename(`${family.repeat(30)}.txt`);
  t.ok(Buffer.byteLength(cut) <= filenameMaxBytes);
  t.match(cut, /^(👨‍👩‍👧)+\.txt$/u);
  t.end();
});
