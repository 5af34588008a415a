import t from 'tap';
import { newCommandId, newId } from '../http/ids.ts';
import { compactId, compactUuid } from './compact-id.ts';

t.test('ids become bytes that sort as they do', async (t) => {
  const ids = Array.from({ length: 50 }, () => newId('sub'));
  const bytes = ids.map((id) => compactId(id) as Uint8Array);
  t.ok(bytes.every((one) => one.length === 19));
  t.same(bytes.toSorted(Buffer.compare), ids.toSorted().map(compactId));
  const commandId = newCommandId();
  t.equal(Buffer.from(compactUuid(commandId) as Uint8Array).toString('hex'), commandId);
});

t.test('what has another shape stays as it is', async (t) => {
  const hex = '019a9457c1d07c1e8a5f4c2b7d3e9f10';
  for (const id of [hex, `rcp_${hex}_1`, `sub_${hex.toUpperCase()}`, 'usr_1', '']) {
    t.equal(compactId(id), id);
  }
  for (const id of [`sub_${hex}`, hex.toUpperCase(), 'c1', '']) t.equal(compactUuid(id), id);
});
