import t from 'tap';
import { newCommandId, newId } from '../http/ids.ts';
import { compactId } from './compact-id.ts';

t.test('ids become bytes that sort as they do', async (t) => {
  const ids = Array.from({ length: 50 }, () => newId('sub'));
  const bytes = ids.map((id) => compactId(id) as Uint8Array);
  t.ok(bytes.every((one) => one.length === 19));
  t.same(bytes.toSorted(Buffer.compare), ids.toSorted().map(compactId));
  const commandId = newCommandId();
  t.equal(Buffer.from(compactId(commandId) as Uint8Array).toString('hex'), commandId);
});

t.test('no two become the same', async (t) => {
  const hex = '019a9457c1d07c1e8a5f4c2b7d3e9f10';
  const ids = [
    hex,
    `sub_${hex}`,
    `grd_${hex}`,
    `rcp_${hex}_1`,
    hex.toUpperCase(),
    'c1',
    '',
    'usr_1',
  ];
  t.equal(new Set(ids.map((id) => JSON.stringify(compactId(id)))).size, ids.length);
  for (const text of ids.slice(3)) t.equal(compactId(text), text);
});
