import {
  appendFile,
  chmod,
  type FileHandle,
  open,
  readdir,
  readFile,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { BlobDamaged, BlobMissing, BlobTooLarge } from './blob-store.ts';
import { pieceBytes } from './limits.ts';
import { LocalBlobStore } from './local-blob-store.ts';
import { filesIn, keepText, pieces, SILENT, sha256Of, testStore, textOf } from './test-blobs.ts';

async function flipBit(path: string, at: number): Promise<void> {
  const handle = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  await handle.write(byte, 0, 1, at);
  await handle.close();
}

t.test('a blob is found under its digest once it is kept, not before', async (t) => {
  const { folder, store } = await testStore(t);
  const staged = await store.stage(pieces('hel', 'lo'), 5);
  t.equal(staged.sha256, sha256Of('hello'));
  t.equal(staged.size_bytes, 5);
  t.equal(Buffer.from(await staged.head(3)).toString(), 'hel');
  t.equal(await textOf(await staged.read()), 'hello');
  t.equal(await store.has(staged.sha256), false);
  await staged.keep();
  t.same(await filesIn(folder), [join(staged.sha256.slice(0, 2), staged.sha256)]);
  const blob = await store.open(staged.sha256);
  t.equal(blob.size_bytes, 5);
  t.equal(await textOf(blob.read(1, 3)), 'ell');
  t.equal(await textOf(await staged.read()), 'hello', 'a slow peer can still be sent the bytes');
});

t.test('a discarded blob leaves nothing; a kept one stays', async (t) => {
  const { folder, store } = await testStore(t);
  const staged = await store.stage(pieces('gone'), 4);
  await staged.discard();
  t.same(await filesIn(folder), []);
  await t.rejects(staged.keep(), /broken invariant/);
  const kept = await store.stage(pieces('kept'), 4);
  await kept.keep();
  await kept.discard();
  t.equal(await store.has(kept.sha256), true);
});

t.test('more bytes than allowed are refused at the first one too many', async (t) => {
  const { folder, store } = await testStore(t);
  let pulled = 0;
  async function* endless() {
    for (;;) {
      pulled += 1;
      yield Buffer.alloc(1024);
    }
  }
  await t.rejects(store.stage(endless(), 10_000), new BlobTooLarge(10_000));
  t.equal(pulled, 10);
  t.same(await filesIn(folder), []);
  await (await store.stage(pieces('12345'), 5)).discard();
});

t.test('a body that breaks off leaves nothing', async (t) => {
  const { folder, store } = await testStore(t);
  async function* broken() {
    yield Buffer.from('half');
    throw new Error('the client went away');
  }
  await t.rejects(store.stage(broken(), 100), { message: 'the client went away' });
  t.same(await filesIn(folder), []);
});

t.test('blobs of many pieces, and of none', async (t) => {
  const { store } = await testStore(t);
  const big = Buffer.alloc(3 * pieceBytes + 17, 'quorum');
  const staged = await store.stage(pieces(big, 'tail'), big.length + 4);
  await staged.keep();
  t.equal(staged.sha256, sha256Of(Buffer.concat([big, Buffer.from('tail')])));
  const blob = await store.open(staged.sha256);
  t.equal(
    await textOf(blob.read(big.length - 1, big.length + 3)),
    'mtail'.replace('m', String.fromCharCode(big.at(-1) ?? 0)),
  );
  const empty = await keepText(store, '');
  t.equal(await textOf((await store.open(empty)).read(0, -1)), '');
});

t.test('what a dead upload left is removed at the next start', async (t) => {
  const { folder, store } = await testStore(t);
  const kept = await keepText(store, 'kept');
  await writeFile(join(folder, 'tmp', 'left-over'), 'half of some upload');
  const again = await LocalBlobStore.open(folder, SILENT);
  t.same(await filesIn(folder), [join(kept.slice(0, 2), kept)]);
  t.equal(await again.has(kept), true);
});

const DAMAGES: readonly [string, (path: string) => Promise<void>][] = [
  ['the first byte', (path) => flipBit(path, 0)],
  ['the last byte', (path) => flipBit(path, 2 * pieceBytes)],
  ['a byte in the middle', (path) => flipBit(path, pieceBytes + 5)],
  ['a byte more', (path) => appendFile(path, 'x')],
  ['nothing left', (path) => writeFile(path, '')],
];

for (const [name, damage] of DAMAGES) {
  t.test(`a damaged blob is never opened: ${name}`, async (t) => {
    const { folder, store } = await testStore(t);
    const sha256 = await keepText(store, 'a'.repeat(2 * pieceBytes + 1));
    await damage(join(folder, sha256.slice(0, 2), sha256));
    await t.rejects(store.open(sha256), BlobDamaged);
    t.match(await filesIn(folder), [new RegExp(`^quarantine/${sha256}\\.`)]);
    await t.rejects(store.open(sha256), BlobMissing);
    await t.rejects(store.secure(sha256), BlobMissing);
    await keepText(store, 'a'.repeat(2 * pieceBytes + 1));
    await store.secure(sha256);
  });
}

t.test('a damaged blob is not proved to a peer', async (t) => {
  const { folder, store } = await testStore(t);
  const sha256 = await keepText(store, 'proof');
  await store.secure(sha256);
  await flipBit(join(folder, sha256.slice(0, 2), sha256), 2);
  await t.rejects(store.secure(sha256), BlobDamaged);
});

t.test('keeping a blob again heals one that was damaged unnoticed', async (t) => {
  const { folder, store } = await testStore(t);
  const sha256 = await keepText(store, 'heal me');
  const path = join(folder, sha256.slice(0, 2), sha256);
  await flipBit(path, 0);
  await keepText(store, 'heal me');
  t.equal(await readFile(path, 'utf8'), 'heal me');
});

t.test('damage is reported once, with where the bytes went', async (t) => {
  const { folder } = await testStore(t);
  const reports: object[] = [];
  const store = await LocalBlobStore.open(folder, { error: (details) => reports.push(details) });
  const sha256 = await keepText(store, 'report me');
  await flipBit(join(folder, sha256.slice(0, 2), sha256), 0);
  await Promise.allSettled([store.open(sha256), store.open(sha256)]);
  t.equal(reports.length, 1);
  t.match(reports[0], { sha256, moved_to: new RegExp(sha256) });
});

t.test('a digest that is none never becomes a path', async (t) => {
  const { store } = await testStore(t);
  for (const name of ['../../etc/passwd', 'ab', 'A'.repeat(64), `${'a'.repeat(63)}/`]) {
    await t.rejects(store.open(name), /not a digest/);
  }
});

t.test('a blob that may not be read is an error of this node, not damage', async (t) => {
  const { folder, store } = await testStore(t);
  const sha256 = await keepText(store, 'locked');
  const path = join(folder, sha256.slice(0, 2), sha256);
  await chmod(path, 0);
  // The superuser may read everything: for them the blob is simply good.
  const outcome = await store.open(sha256).then(
    async (blob) => {
      await blob.close();
      return 'opened';
    },
    (error: NodeJS.ErrnoException) => error.code,
  );
  t.equal(outcome, process.getuid?.() === 0 ? 'opened' : 'EACCES');
  await chmod(path, 0o600);
  t.equal(await store.has(sha256), true);
});

/** Paths below `folder` in the order in which they are fsynced, relative to it. */
async function watchSyncs(t: Test, folder: string): Promise<string[]> {
  const probe = await open(folder);
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const { sync } = prototype;
  const synced: string[] = [];
  prototype.sync = async function (this: FileHandle) {
    const { ino } = await this.stat();
    await sync.call(this);
    for (const name of ['.', ...(await readdir(folder, { recursive: true }))]) {
      const found = await stat(join(folder, name)).catch(() => null);
      if (found?.ino === ino) synced.push(name);
    }
  };
  t.teardown(() => {
    prototype.sync = sync;
  });
  return synced;
}

t.test('the file is fsynced before it has its name, the folder after', async (t) => {
  const { folder, store } = await testStore(t);
  const synced = await watchSyncs(t, folder);
  const staged = await store.stage(pieces('durable'), 7);
  t.match(synced, [/^tmp\//]);
  await staged.keep();
  const shard = staged.sha256.slice(0, 2);
  t.match(synced, [/^tmp\//, new RegExp(`^${shard}$`)]);
});

t.test('what is proved to a peer is fsynced, file and folder', async (t) => {
  const { folder, store } = await testStore(t);
  const sha256 = await keepText(store, 'proof');
  const synced = await watchSyncs(t, folder);
  await store.secure(sha256);
  const shard = sha256.slice(0, 2);
  t.same(synced, [join(shard, sha256), shard]);
});

t.test('the folders are fsynced when the store is opened', async (t) => {
  const { folder } = await testStore(t);
  const synced = await watchSyncs(t, folder);
  await LocalBlobStore.open(folder, SILENT);
  t.same(synced, ['.']);
});

t.test(
  'blobs are listed by how their names begin, and removed when nobody needs them',
  async (t) => {
    const { store, folder } = await testStore(t);
    const sha256 = await keepText(store, 'a blob');
    t.same(await store.list(sha256.slice(0, 2)), [sha256]);
    const opened = await store.open(sha256);
    t.equal(await store.remove(sha256, () => true), false);
    t.equal(await store.has(sha256), true);
    t.equal(await store.remove(sha256, () => false), true);
    t.same(await filesIn(folder), [], 'nothing is left of it');
    t.equal(await textOf(opened.read(0, opened.size_bytes - 1)), 'a blob', 'who reads it reads on');
    t.equal(await store.remove(sha256, () => false), false);
  },
);

t.test('whoever has to know hears what becomes of blobs', async (t) => {
  const { store, folder } = await testStore(t);
  const heard: string[] = [];
  store.events = {
    used: () => void heard.push('used'),
    kept: () => void heard.push('kept'),
    foundDamaged: () => void heard.push('damaged'),
  };
  const sha256 = await keepText(store, 'a blob');
  t.same(heard.splice(0), ['used', 'used', 'kept']);
  await store.secure(sha256);
  t.same(heard.splice(0), ['used']);
  await store.has(sha256);
  await (await store.open(sha256)).close();
  await store.verify(sha256, () => Promise.resolve());
  t.same(heard, [], 'to look at it is no use of it');
  await writeFile(join(folder, sha256.slice(0, 2), sha256), 'a blub');
  await t.rejects(
    store.verify(sha256, () => Promise.resolve()),
    BlobDamaged,
  );
  t.same(heard, ['damaged']);
});
