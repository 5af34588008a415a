import t from 'tap';
import { Slots } from './slots.ts';

/** A task that runs until it is told to end. */
function task(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = () => {
    log.push(name);
    return promise;
  };
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

t.test('runs so many at once, in order, and refuses when too many wait', async (t) => {
  const slots = new Slots(2, 1);
  const log: string[] = [];
  const [a, b, c] = [task(log, 'a'), task(log, 'b'), task(log, 'c')];
  const running = [slots.run(a.run), slots.run(b.run), slots.run(c.run)];
  await t.rejects(slots.run(task(log, 'd').run), { code: 'overloaded' });
  t.same(log, ['a', 'b']);
  b.end();
  t.equal(await running[1], 'b');
  await Promise.resolve();
  t.same(log, ['a', 'b', 'c']);
  a.end();
  c.end();
  t.same(await Promise.all(running), ['a', 'b', 'c']);
});

t.test('a task that fails frees its slot', async (t) => {
  const slots = new Slots(1, 1);
  const log: string[] = [];
  const [a, b] = [task(log, 'a'), task(log, 'b')];
  const first = slots.run(a.run);
  const second = slots.run(b.run);
  a.fail();
  await t.rejects(first, { message: 'a' });
  b.end();
  t.equal(await second, 'b');
  await t.rejects(
    slots.run(() => {
      throw new Error('at once');
    }),
    { message: 'at once' },
  );
  t.equal(await slots.run(() => Promise.resolve('free')), 'free');
});
