import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { BlobUnavailable } from './blob-reader.ts';
import { BlobFigures } from './figures.ts';
import { Scrubber } from './scrubber.ts';
import { filesIn, GOING, keepText, pieces, SILENT, sha256Of, testStore } from './test-blobs.ts';

const AT_ONCE = () => Promise.resolve();

/** Three blobs, the third of which no row names. */
async function setUp(t: { teardown(run: () => unknown): void }) {
  const { store, folder } = await testStore(t);
  const figures = new BlobFigures();
  store.events = {
    used() {},
    kept: (sha256) => figures.kept(sha256),
    foundDamaged: (sha256) => figures.foundDamaged(sha256),
  };
  for (const text of ['first', 'second', 'unnamed']) await keepText(store, text);
  const sizes = new Map(['first', 'second'].map((text) => [sha256Of(text), text.length]));
  const later: string[] = [];
  const peer = { text: 'second' as string | null };
  const repair = {
    fetch: async ({ sha256, size_bytes }: { sha256: string; size_bytes: number }) => {
      if (peer.text === null) throw new BlobUnavailable(sha256);
      await (await store.stage(pieces(peer.text), size_bytes)).keep();
    },
    fetchLater: ({ sha256 }: { sha256: string }) => void later.push(sha256),
  };
  const sizeOf = (sha256: string) => sizes.get(sha256) ?? null;
  const scrubber = new Scrubber(store, sizeOf, repair, figures, SILENT);
  const flip = (text: string) => {
    const sha256 = sha256Of(text);
    const flipped = Buffer.from(text);
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    return writeFile(join(folder, sha256.slice(0, 2), sha256), flipped);
  };
  return { store, folder, figures, later, peer, scrubber, flip };
}

t.test('good blobs stay as they are', async (t) => {
  const { folder, figures, scrubber } = await setUp(t);
  const before = await filesIn(folder);
  await scrubber.pass(AT_ONCE, GOING);
  t.same(await filesIn(folder), before);
  t.match(figures, { damaged: 0, damaged_total: 0, scrub_passes_total: 1 });
  t.equal(figures.scrubbed_bytes_total, 'firstsecondunnamed'.length);
  t.ok(figures.scrub_ended_at);
});

t.test('a flipped bit is found, set aside, and repaired from a peer', async (t) => {
  const { store, folder, figures, scrubber, flip } = await setUp(t);
  await flip('second');
  await scrubber.pass(AT_ONCE, GOING);
  await t.resolves(store.verify(sha256Of('second'), AT_ONCE));
  t.match(figures, { damaged: 0, damaged_total: 1, repaired_total: 1, scrub_passes_total: 1 });
  t.equal((await filesIn(folder)).filter((path) => path.startsWith('quarantine/')).length, 1);
});

t.test('a pass that begins in the middle comes around to what lies before', async (t) => {
  const { store, figures, scrubber, flip } = await setUp(t);
  const shards = ['first', 'second', 'unnamed'].map((text) => sha256Of(text).slice(0, 2)).sort();
  await flip('second');
  const last = store.shards.indexOf(shards.at(-1) ?? '');
  await scrubber.pass(AT_ONCE, GOING, last + 1);
  t.match(figures, { damaged_total: 1, repaired_total: 1, scrub_passes_total: 1 });
});

t.test('what no peer can give is left to the search for missing blobs', async (t) => {
  const { figures, later, peer, scrubber, flip } = await setUp(t);
  peer.text = null;
  await flip('second');
  await scrubber.pass(AT_ONCE, GOING);
  t.same(later, [sha256Of('second')]);
  t.match(figures, { damaged: 1, damaged_total: 1, repaired_total: 0 });
});

t.test('a damaged blob that nothing names is set aside, and that is all', async (t) => {
  const { store, figures, later, scrubber, flip } = await setUp(t);
  await flip('unnamed');
  await scrubber.pass(AT_ONCE, GOING);
  t.equal(await store.has(sha256Of('unnamed')), false);
  t.same(later, []);
  t.match(figures, { damaged_total: 1, repaired_total: 0 });
});

t.test('it waits after each piece, and ends between two blobs', async (t) => {
  const { figures, scrubber } = await setUp(t);
  const stop = new AbortController();
  const waited: number[] = [];
  const pace = async (bytes: number) => {
    waited.push(bytes);
    if (waited.length === 2) stop.abort();
  };
  await scrubber.pass(pace, stop.signal);
  t.equal(waited.length, 2);
  t.equal(figures.scrub_ended_at, null, 'a pass that was broken off has not ended');
});

t.test('it can be switched off, and a blob that goes meanwhile is no damage', async (t) => {
  const { store, figures, scrubber } = await setUp(t);
  await scrubber.run(0, GOING);
  t.equal(figures.scrubbed_bytes_total, 0);
  await scrubber.pass(async () => {
    for (const text of ['first', 'second', 'unnamed']) {
      await store.remove(sha256Of(text), () => false);
    }
  }, GOING);
  t.match(figures, { damaged_total: 0, scrub_passes_total: 1 });
});
