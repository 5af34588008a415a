import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { addSnapshot, bytesOf, openStore } from './test-snapshots.ts';

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  writeFileSync(path, bytes);
}

t.test('a snapshot is there after opening again, with all that was said of it', async (t) => {
  const folder = join(t.testdir(), 'snapshots');
  const store = await openStore(folder);
  t.equal(store.newest, null);
  const added = await addSnapshot(store, 10);
  t.same(readFileSync(added.path), bytesOf(10, 1000));
  t.same(readdirSync(folder).sort(), ['10-2.db', '10-2.json']);
  const again = await openStore(folder);
  t.same(again.newest, added);
  t.same(again.find(10, 2), added);
  t.equal(again.find(10, 3), null);
  t.same(await again.newestIntact(() => true), added);
});

t.test('whatever a crash leaves on the way to a snapshot goes, and older ones stay', async (t) => {
  const folder = t.testdir();
  const store = await openStore(folder);
  const older = await addSnapshot(store, 10);
  const newer = await addSnapshot(store, 20);
  const meta = readFileSync(newer.path.replace('.db', '.json'));
  const leftovers: Record<string, Record<string, Buffer | null>> = {
    'while it was written': { '20-2.db': null, '20-2.json': null, 'taking.tmp': meta },
    'before its meta': { '20-2.json': null },
    'while its meta was written': { '20-2.json': null, '20-2.json.tmp': meta.subarray(0, 40) },
    'while it was removed': { '20-2.db': null },
    'meta cut short': { '20-2.json': meta.subarray(0, 100) },
  };
  for (const [when, files] of Object.entries(leftovers)) {
    const copy = t.testdir();
    const again = await openStore(copy);
    await addSnapshot(again, 10);
    await addSnapshot(again, 20);
    for (const [name, bytes] of Object.entries(files)) {
      if (bytes === null) rmSync(join(copy, name), { force: true });
      else writeFileSync(join(copy, name), bytes);
    }
    const reopened = await openStore(copy);
    t.equal(reopened.newest?.last_included_index, 10, when);
    t.same(readdirSync(copy).sort(), ['10-2.db', '10-2.json'], when);
  }
  t.equal(older.last_included_index, 10);
});

t.test('a damaged one is not used, and the next older one is', async (t) => {
  const folder = t.testdir();
  const store = await openStore(folder);
  await addSnapshot(store, 10);
  const newest = await addSnapshot(store, 20);
  flip(newest.path, 500);
  t.equal((await store.newestIntact(() => true))?.last_included_index, 20, 'known to be good');
  store.doubt(newest);
  t.equal((await store.newestIntact(() => true))?.last_included_index, 10);
  t.same(readdirSync(folder).sort(), ['10-2.db', '10-2.json']);
  const again = await openStore(folder);
  flip(again.newest?.path ?? '', 1);
  t.equal(await again.newestIntact(() => true), null);
});

t.test('a bit flipped in what is said of a snapshot: it is none', async (t) => {
  const folder = t.testdir();
  const { path } = await addSnapshot(await openStore(folder), 10);
  const meta = path.replace('.db', '.json');
  flip(meta, readFileSync(meta, 'utf8').indexOf('last_included_term') + 21);
  t.equal((await openStore(folder)).newest, null);
});

t.test('the two newest that the log goes on behind are kept, and newer ones', async (t) => {
  const store = await openStore(t.testdir());
  for (const index of [10, 20, 30, 40]) await addSnapshot(store, index);
  // 40 was received, and never became this node's state.
  await store.relyOn(30);
  t.same(
    [10, 20, 30, 40].filter((index) => store.find(index, 2) !== null),
    [20, 30, 40],
  );
  t.equal(store.newestUpTo(35)?.last_included_index, 30);
  t.equal(store.newestUpTo(5), null);
  await store.relyOn(40);
  t.same(
    [20, 30, 40].filter((index) => store.find(index, 2) !== null),
    [30, 40],
  );
});

t.test('the same snapshot a second time takes the place of the first', async (t) => {
  const folder = t.testdir();
  const store = await openStore(folder);
  await addSnapshot(store, 10, 500);
  const second = await addSnapshot(store, 10, 900);
  t.same(store.find(10, 2), second);
  t.equal((await openStore(folder)).newest?.size_bytes, 900);
});
