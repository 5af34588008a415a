import t from 'tap';
import { newCommandId, newId } from './ids.ts';

t.test('ids are UUIDv7 behind the prefix of their kind', (t) => {
  const before = Date.now();
  const id = newId('qry');
  t.match(id, /^qry_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  const ms = Number.parseInt(id.slice(4, 16), 16);
  t.ok(ms >= before && ms <= Date.now() + 1);
  t.end();
});

t.test('those of one process sort as they were made, however fast', (t) => {
  const ids = Array.from({ length: 20_000 }, newCommandId);
  t.strictSame(ids.toSorted(), ids);
  t.equal(new Set(ids).size, ids.length);
  t.end();
});
