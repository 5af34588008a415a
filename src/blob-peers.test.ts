import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t, { type Test } from 'tap';
import { blobHandler } from './blob-handler.ts';
import { BLOBS_PREFIX, TransportPeerBlobs } from './blob-peers.ts';
import { BlobReader } from './lms/blobs/blob-reader.ts';
import { MajorityWriter, NoBlobMajority } from './lms/blobs/majority-writer.ts';
import {
  filesIn,
  keepText,
  pieces,
  SILENT,
  sha256Of,
  testStore,
  textOf,
} from './lms/blobs/test-blobs.ts';
import { openPair } from './raft/transport/test-nodes.ts';

const TEXT = 'bytes on their way';
const SHA = sha256Of(TEXT);
const MAX_BYTES = 1000;

/** n1 asks, n2 serves, over real connections. */
async function pair(t: Test) {
  const { n1, n2 } = await openPair(t);
  const { store, folder } = await testStore(t);
  n2.handle(BLOBS_PREFIX, blobHandler(store, MAX_BYTES, SILENT));
  return { n1, n2, store, folder, peers: new TransportPeerBlobs(n1) };
}

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000);
}

function blob(text: string, sha256 = sha256Of(text)) {
  return [{ sha256, size_bytes: text.length }, Readable.from([Buffer.from(text)])] as const;
}

t.test('put, prove and get', async (t) => {
  const { peers, store } = await pair(t);
  t.equal(await peers.has('n2', SHA, soon()), false);
  t.equal(await peers.get('n2', SHA, soon()), null);
  await peers.put('n2', ...blob(TEXT), soon());
  t.equal(await store.has(SHA), true);
  t.equal(await peers.has('n2', SHA, soon()), true);
  const body = await peers.get('n2', SHA, soon());
  t.equal(body === null ? null : await textOf(body), TEXT);
});

t.test('a damaged copy is neither proved nor given', async (t) => {
  const { peers, store, folder } = await pair(t);
  await keepText(store, TEXT);
  await writeFile(join(folder, SHA.slice(0, 2), SHA), 'bytes on their wax');
  t.equal(await peers.has('n2', SHA, soon()), false);
  t.equal(await peers.get('n2', SHA, soon()), null);
});

const REFUSED: readonly [name: string, ...Parameters<typeof blob>][] = [
  ['another digest', TEXT, sha256Of('else')],
  ['too large', 'x'.repeat(MAX_BYTES + 1)],
];

for (const [name, text, sha256] of REFUSED) {
  t.test(`refused, and nothing is left: ${name}`, async (t) => {
    const { peers, folder } = await pair(t);
    await t.rejects(peers.put('n2', ...blob(text, sha256), soon()));
    t.same(await filesIn(folder), []);
  });
}

t.test('a length has to be announced, and kept to', async (t) => {
  const { n1, store, folder } = await pair(t);
  const path = BLOBS_PREFIX + sha256Of('aaaa');
  const silent = await n1.request('n2', { method: 'PUT', path, body: pieces('aaaa') });
  t.equal(silent.status, 411);
  const handler = blobHandler(store, MAX_BYTES, SILENT);
  const longer = { from: 'n1', method: 'PUT', path, headers: { 'content-length': '3' } };
  const { status } = await handler({ ...longer, body: pieces('aaaa'), signal: soon() });
  t.equal(status, 413);
  t.same(await filesIn(folder), []);
});

t.test('a peer that went away before it got its bytes leaves no file open', async (t) => {
  const { store } = await pair(t);
  await keepText(store, TEXT);
  const handler = blobHandler(store, MAX_BYTES, SILENT);
  const gone = new AbortController();
  const get = { from: 'n1', method: 'GET', path: BLOBS_PREFIX + SHA, headers: {}, body: pieces() };
  const { body } = await handler({ ...get, signal: gone.signal });
  if (body === undefined) throw new Error('a GET has a body');
  const closed = new Promise((resolve) => body.once('close', resolve));
  gone.abort();
  await closed;
});

t.test('paths that are no digests, and other methods', async (t) => {
  const { n1 } = await pair(t);
  for (const [method, path, status] of [
    ['GET', 'abc', 404],
    ['GET', '../../../etc/passwd', 404],
    ['GET', `${SHA}x`, 404],
    ['PUT', SHA.toUpperCase(), 404],
    ['DELETE', SHA, 405],
  ] as const) {
    const response = await n1.request('n2', { method, path: BLOBS_PREFIX + path });
    t.equal(response.status, status, `${method} ${path}`);
  }
});

t.test('a transfer that breaks off leaves nothing', async (t) => {
  const { peers, folder } = await pair(t);
  async function* broken() {
    yield Buffer.from('half');
    throw new Error('the file could not be read');
  }
  const put = peers.put('n2', { sha256: SHA, size_bytes: 18 }, Readable.from(broken()), soon());
  await t.rejects(put);
  while ((await filesIn(folder)).length > 0) await new Promise((resolve) => setImmediate(resolve));
  t.same(await filesIn(folder), []);
});

t.test('a majority write and a repairing read, over the wire', async (t) => {
  const { peers, store } = await pair(t);
  const own = await testStore(t);
  const membership = () => ({
    self: 'n1',
    members: ['n1', 'n2', 'n3'].map((id) => ({ id, voter: true })),
  });
  const writer = new MajorityWriter(peers, membership);
  const big = 'x'.repeat(MAX_BYTES);
  await writer.keep(await own.store.stage(pieces(big), MAX_BYTES), soon());
  t.equal(await store.has(sha256Of(big)), true);
  await writeFile(
    join(own.folder, sha256Of(big).slice(0, 2), sha256Of(big)),
    'y'.repeat(MAX_BYTES),
  );
  const reader = new BlobReader(own.store, peers, membership, SILENT);
  const opened = await reader.open({ sha256: sha256Of(big), size_bytes: MAX_BYTES });
  t.equal(await textOf(opened.read(0, MAX_BYTES - 1)), big);
});

t.test('a peer that is gone is no majority', async (t) => {
  const { n2, peers } = await pair(t);
  const own = await testStore(t);
  await n2.close();
  const members = ['n1', 'n2'].map((id) => ({ id, voter: true }));
  const writer = new MajorityWriter(peers, () => ({ self: 'n1', members }));
  const staged = await own.store.stage(pieces(TEXT), 100);
  await t.rejects(writer.keep(staged, AbortSignal.timeout(300)), NoBlobMajority);
  t.same(await filesIn(own.folder), []);
});
