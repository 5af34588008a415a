import t from 'tap';
import { AppliedCommands } from './applied-commands.ts';
import { rememberedCommandIds } from './limits.ts';

const id = (n: number) => n.toString(16).padStart(32, '0');

t.test('what was applied is never called new', (t) => {
  const applied = new AppliedCommands('');
  const count = 3 * rememberedCommandIds + 5;
  // Out of order, as three nodes make them.
  const order = Array.from({ length: count }, (_, n) => (n % 2 === 0 ? n + 2 : n));
  for (const n of order) applied.add(id(n));
  for (const n of order) if (applied.isCertainlyNew(id(n))) t.fail(`${n} is not new`);
  t.ok(applied.isCertainlyNew(id(count + 10)));
  t.end();
});

t.test('below what was forgotten, and for other forms, it does not know', (t) => {
  const applied = new AppliedCommands(id(100));
  t.notOk(applied.isCertainlyNew(id(100)));
  t.notOk(applied.isCertainlyNew(id(7)));
  t.ok(applied.isCertainlyNew(id(101)));
  t.notOk(applied.isCertainlyNew('the first admin'));
  t.end();
});
