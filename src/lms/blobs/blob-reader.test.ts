import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { BlobReader, BlobUnavailable } from './blob-reader.ts';
import type { BlobStore } from './blob-store.ts';
import {
  filesIn,
  keepText,
  pieces,
  SILENT,
  sha256Of,
  TestPeers,
  testStore,
  textOf,
} from './test-blobs.ts';

const TEXT = 'never wrong bytes';
const BLOB = { sha256: sha256Of(TEXT), size_bytes: TEXT.length };

async function setUp(t: { teardown(run: () => unknown): void }) {
  const [own, n2, n3] = [await testStore(t), await testStore(t), await testStore(t)];
  const peers = new TestPeers();
  peers.stores.set('n2', n2.store);
  peers.stores.set('n3', n3.store);
  const reader = new BlobReader(own.store, peers, peers.membership('n1'), SILENT);
  return { own, n2, n3, peers, reader };
}

async function damage({ folder }: { folder: string }): Promise<void> {
  await writeFile(join(folder, BLOB.sha256.slice(0, 2), BLOB.sha256), 'never wrong bytez');
}

async function readAll(reader: BlobReader): Promise<string> {
  const blob = await reader.open(BLOB);
  return textOf(blob.read(0, blob.size_bytes - 1));
}

t.test('a good copy of this node is read without asking anybody', async (t) => {
  const { own, peers, reader } = await setUp(t);
  await keepText(own.store, TEXT);
  t.equal(await readAll(reader), TEXT);
  t.same(peers.calls, []);
});

t.test('a missing blob is fetched from a peer that has it, and kept', async (t) => {
  const { own, n3, reader } = await setUp(t);
  await keepText(n3.store, TEXT);
  t.equal(await readAll(reader), TEXT);
  t.equal(await own.store.has(BLOB.sha256), true);
});

t.test('a damaged blob is repaired from a peer before the first byte', async (t) => {
  const { own, n2, reader } = await setUp(t);
  await keepText(own.store, TEXT);
  await keepText(n2.store, TEXT);
  await damage(own);
  t.equal(await readAll(reader), TEXT);
  t.match(await filesIn(own.folder), [new RegExp(`^${BLOB.sha256.slice(0, 2)}/`), /^quarantine/]);
});

t.test('a damaged blob without a good copy anywhere is an error, never wrong bytes', async (t) => {
  const { own, n2, reader } = await setUp(t);
  await keepText(own.store, TEXT);
  await keepText(n2.store, TEXT);
  await damage(own);
  await damage(n2);
  await t.rejects(reader.open(BLOB), BlobUnavailable);
});

t.test('a peer that is away or damaged is passed over', async (t) => {
  const { n2, n3, peers, reader } = await setUp(t);
  await keepText(n2.store, TEXT);
  await damage(n2);
  await keepText(n3.store, TEXT);
  t.equal(await readAll(reader), TEXT);
  peers.stores.set('n2', null);
  t.equal(await readAll(reader), TEXT);
});

t.test('a peer that sends other bytes, or too many, or too few, is not believed', async (t) => {
  for (const sent of ['never wrong bytez', `${TEXT} and more`, TEXT.slice(1), '']) {
    const { own, n3, peers, reader } = await setUp(t);
    const liar = { has: async () => true } as unknown as BlobStore;
    peers.stores.set('n2', liar);
    const get = peers.get.bind(peers);
    peers.get = async (peer, ...rest) => (peer === 'n2' ? pieces(sent) : get(peer, ...rest));
    await keepText(n3.store, TEXT);
    t.equal(await readAll(reader), TEXT);
    t.equal((await filesIn(own.folder)).length, 1, 'nothing of the lie is left');
  }
});

t.test('many who wait for one blob cause one transfer', async (t) => {
  const { n2, peers, reader } = await setUp(t);
  await keepText(n2.store, TEXT);
  const texts = await Promise.all([readAll(reader), readAll(reader), readAll(reader)]);
  t.same(texts, [TEXT, TEXT, TEXT]);
  t.same(peers.calls, ['get n2']);
});

t.test('after a failure the next read tries again', async (t) => {
  const { n2, peers, reader } = await setUp(t);
  await keepText(n2.store, TEXT);
  peers.stores.set('n2', null);
  await t.rejects(reader.open(BLOB), BlobUnavailable);
  peers.stores.set('n2', n2.store);
  t.equal(await readAll(reader), TEXT);
});
