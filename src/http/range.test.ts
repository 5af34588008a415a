import t from 'tap';
import { byteRange, matchesTag } from './range.ts';

const RANGES: readonly [string | undefined, ReturnType<typeof byteRange>][] = [
  [undefined, null],
  ['bytes=0-9', { from: 0, to: 9 }],
  ['bytes=0-0', { from: 0, to: 0 }],
  ['bytes=90-', { from: 90, to: 99 }],
  ['bytes=-10', { from: 90, to: 99 }],
  ['bytes=-1000', { from: 0, to: 99 }],
  ['bytes=50-1000', { from: 50, to: 99 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=9-1', null],
  ['bytes=-', null],
  ['bytes=1', null],
  ['BYTES=99-99', { from: 99, to: 99 }],
  ['bytes=0-1,5-6', null],
  ['lines=0-1', null],
  ['nonsense', null],
];

for (const [header, range] of RANGES) {
  t.test(`${header} of 100 bytes: ${JSON.stringify(range)}`, (t) => {
    t.same(byteRange(header, 100), range);
    t.end();
  });
}

const TAGS: readonly [string | undefined, boolean][] = [
  [undefined, false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
];

for (const [header, matches] of TAGS) {
  t.test(`If-None-Match: ${header}: ${matches}`, (t) => {
    t.equal(matchesTag(header, '"a"'), matches);
    t.end();
  });
}
