import t from 'tap';
import { cleanText, cutText } from './clean-text.ts';
import { joinBrokenWords, vocabularyOf } from './dehyphenate.ts';

t.test('characters that are not seen are removed, and forms are made one', (t) => {
  const rows: [string, string, string][] = [
    ['compatibility forms', 'ﬁne ２０', 'fine 20'],
    ['controls', 'a\u0000b\u0007c\u0085d', 'abc\nd'],
    ['zero width', 'pass\u200bword \ufeffx', 'password x'],
    ['bidi controls', 'a\u202eb\u2066c', 'abc'],
    ['tags', `hi${'\u{e0069}\u{e0067}'}`, 'hi'],
    ['joiners of Persian stay', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['half a pair', 'a\ud800b', 'a\ufffdb'],
    ['soft hyphens', 'co\u00adoperate', 'cooperate'],
    ['white space', ' a \t b\r\n\r\n\r\n\r\nc ', 'a b\n\nc'],
  ];
  for (const [name, input, output] of rows) t.equal(cleanText(input), output, name);
  t.end();
});

t.test('a cut never leaves half a pair', (t) => {
  t.equal(cutText('ab😀', 3), 'ab');
  t.equal(cutText('ab😀', 4), 'ab😀');
  t.end();
});

t.test('a broken word is joined only on evidence', (t) => {
  const words = vocabularyOf(['an example of a high level']);
  t.equal(joinBrokenWords('exam-\nple here', words), 'example\nhere');
  t.equal(joinBrokenWords('high-\nlevel', words), 'high-\nlevel');
  t.end();
});
