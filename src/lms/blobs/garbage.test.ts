import t from 'tap';
import { maxPlacementMs } from '../limits.ts';
import { Garbage } from './garbage.ts';
import { unnamedKeptMs } from './limits.ts';
import { GOING, keepText, SILENT, sha256Of, testStore } from './test-blobs.ts';

t.test('bytes are kept for longer than naming them may take', (t) => {
  t.ok(unnamedKeptMs >= 2 * maxPlacementMs);
  t.end();
});

async function setUp(t: { teardown(run: () => unknown): void }) {
  const { store } = await testStore(t);
  const named = new Set<string>();
  const log = { now: 1_000, settled: 0 };
  const garbage = new Garbage(
    store,
    { isNamed: (sha256) => named.has(sha256), logTime: () => log.now },
    async () => {
      log.settled += 1;
    },
    SILENT,
  );
  store.events = { used: (sha256) => garbage.used(sha256), kept() {}, foundDamaged() {} };
  return { store, named, log, garbage };
}

t.test('what nothing names goes, once the log has moved on for long enough', async (t) => {
  const { store, named, log, garbage } = await setUp(t);
  named.add(await keepText(store, 'named'));
  const unnamed = await keepText(store, 'unnamed');
  t.equal(await garbage.pass(GOING), 0);
  t.equal(log.settled, 1);
  log.now += unnamedKeptMs - 1;
  t.equal(await garbage.pass(GOING), 0);
  log.now += 1;
  t.equal(await garbage.pass(GOING), 1);
  t.equal(await store.has(unnamed), false);
  t.equal(await store.has(sha256Of('named')), true);
});

t.test('a blob that is named again, or used again, begins anew', async (t) => {
  const { store, named, log, garbage } = await setUp(t);
  const [a, b, c] = [await keepText(store, 'a'), await keepText(store, 'b'), sha256Of('c')];
  await keepText(store, 'c');
  await garbage.pass(GOING);
  log.now += unnamedKeptMs;
  named.add(a);
  await keepText(store, 'b');
  await store.secure(c);
  t.equal(await garbage.pass(GOING), 0);
  named.delete(a);
  await garbage.pass(GOING);
  log.now += unnamedKeptMs - 1;
  t.equal(await garbage.pass(GOING), 0);
  log.now += 1;
  t.equal(await garbage.pass(GOING), 3);
  for (const sha256 of [a, b, c]) t.equal(await store.has(sha256), false);
});

t.test('a pass that finds no majority marks nothing and removes nothing new', async (t) => {
  const { store, log } = await setUp(t);
  const sha256 = await keepText(store, 'unnamed');
  const rows = { isNamed: () => false, logTime: () => log.now };
  const alone = new Garbage(store, rows, () => Promise.reject(new Error('no majority')), SILENT);
  await t.rejects(alone.pass(GOING), /no majority/);
  log.now += unnamedKeptMs;
  await t.rejects(alone.pass(GOING), /no majority/);
  t.equal(await store.has(sha256), true);
});
