import { Readable } from 'node:stream';
import t from 'tap';
import { blobHandler } from '../../blob-handler.ts';
import { BLOBS_PREFIX } from '../../blob-peers.ts';
import { BlobDiskLow } from './blob-store.ts';
import { LocalBlobStore } from './local-blob-store.ts';
import { filesIn, GOING, pieces, SILENT, sha256Of } from './test-blobs.ts';

t.test(
  'a low disk takes nothing in, also in the middle of a body, and keeps nothing of it',
  async (t) => {
    const folder = t.testdir();
    let low = false;
    const store = await LocalBlobStore.open(folder, SILENT, () => low);
    async function* body() {
      yield Buffer.from('first');
      low = true;
      yield Buffer.from('second');
    }
    await t.rejects(store.stage(body(), 100), BlobDiskLow);
    await t.rejects(store.stage(pieces('x'), 100), BlobDiskLow);
    t.same(await filesIn(folder), []);
    low = false;
    await (await store.stage(pieces('x'), 100)).discard();
  },
);

t.test('a peer that brings a blob is told so', async (t) => {
  const store = await LocalBlobStore.open(t.testdir(), SILENT, () => true);
  const { status } = await blobHandler(
    store,
    100,
    SILENT,
  )({
    from: 'n2',
    method: 'PUT',
    path: `${BLOBS_PREFIX}${sha256Of('x')}`,
    headers: { 'content-length': '1' },
    body: Readable.from([Buffer.from('x')]),
    signal: GOING,
  });
  t.equal(status, 507);
});
