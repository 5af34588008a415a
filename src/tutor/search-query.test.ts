import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import t from 'tap';
import { searchQueryOf } from './search-query.ts';

t.test('what is asked for', (t) => {
  const rows: [string, string | null][] = [
    ['What is photosynthesis?', '"photosynthesis"'],
    ['foo:bar AND "baz"', '"foo" OR "bar" OR "baz"'],
    ['to be or not to be', '"to" OR "be" OR "or" OR "not"'],
    ['ﬁle FILE file', '"file"'],
    ['?!', null],
    ['', null],
  ];
  for (const [input, query] of rows) t.equal(searchQueryOf(input), query, input);
  const many = Array.from({ length: 40 }, (_, position) => `term${position}`).join(' ');
  t.equal(searchQueryOf(many)?.split(' OR ').length, 24);
  t.end();
});

t.test('no input is a syntax error for FTS5', (t) => {
  const database = new DatabaseSync(':memory:');
  t.teardown(() => database.close());
  database.exec(
    `create virtual table f using fts5(x, tokenize = 'porter unicode61 remove_diacritics 2')`,
  );
  const search = database.prepare('select rowid from f where f match ?');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (input) => {
      const query = searchQueryOf(input);
      return query === null || search.all(query).length === 0;
    }),
  );
  t.end();
});
