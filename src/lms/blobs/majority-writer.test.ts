import t from 'tap';
import { MajorityWriter, NoBlobMajority } from './majority-writer.ts';
import { filesIn, pieces, sha256Of, TestPeers, testStore } from './test-blobs.ts';

const SHA = sha256Of('the file');

/** n1 is this node; the others are up or away. */
async function cluster(t: { teardown(run: () => unknown): void }, up: readonly boolean[]) {
  const peers = new TestPeers();
  const folders: string[] = [];
  for (const [n, isUp] of up.entries()) {
    const { store, folder } = await testStore(t);
    folders.push(folder);
    peers.stores.set(`n${n + 2}`, isUp ? store : null);
  }
  const { store, folder } = await testStore(t);
  const writer = new MajorityWriter(peers, peers.membership('n1'));
  const staged = await store.stage(pieces('the file'), 8);
  return { peers, store, folder, folders, writer, staged };
}

const RULE: readonly [members: string, up: boolean[], kept: boolean][] = [
  ['one node', [], true],
  ['two nodes, the other up', [true], true],
  ['two nodes, the other away', [false], false],
  ['three nodes, one away', [true, false], true],
  ['three nodes, two away', [false, false], false],
  ['four nodes, two away', [true, false, false], false],
  ['five nodes, two away', [true, true, false, false], true],
  ['five nodes, three away', [true, false, false, false], false],
];

for (const [members, up, kept] of RULE) {
  t.test(`${members}: ${kept ? 'kept' : 'refused, and nothing stays here'}`, async (t) => {
    const { writer, staged, store, folder, folders } = await cluster(t, up);
    const signal = AbortSignal.timeout(kept ? 10_000 : 50);
    if (kept) await writer.keep(staged, signal);
    else await t.rejects(writer.keep(staged, signal), NoBlobMajority);
    t.equal(await store.has(SHA), kept);
    if (!kept) t.same(await filesIn(folder), []);
    const copies = await Promise.all(folders.map(async (f) => (await filesIn(f)).length));
    if (kept) {
      t.ok(copies.reduce((sum, n) => sum + n, 1) > (up.length + 1) / 2, 'a majority has it');
    }
  });
}

t.test('a learner is not counted', async (t) => {
  const { peers, staged, store } = await cluster(t, [true, false]);
  const membership = () => ({
    self: 'n1',
    members: [
      { id: 'n1', voter: true },
      { id: 'n2', voter: false },
      { id: 'n3', voter: true },
    ],
  });
  const writer = new MajorityWriter(peers, membership);
  await t.rejects(writer.keep(staged, AbortSignal.timeout(50)), NoBlobMajority);
  t.equal(await store.has(SHA), false);
});

t.test('a node that is no voter does not count itself', async (t) => {
  const { peers, staged, store } = await cluster(t, [true]);
  const members = [
    { id: 'n1', voter: false },
    { id: 'n2', voter: true },
  ];
  await new MajorityWriter(peers, () => ({ self: 'n1', members })).keep(
    staged,
    AbortSignal.timeout(10_000),
  );
  t.equal(await peers.has('n2', SHA, AbortSignal.timeout(10_000)), true);
  t.equal(await store.has(SHA), true);
});

t.test('nothing is under its name here before the peers have it', async (t) => {
  const { peers, writer, staged, store } = await cluster(t, [true, true]);
  const seen: boolean[] = [];
  peers.before = async () => {
    seen.push(await store.has(SHA));
  };
  await writer.keep(staged, AbortSignal.timeout(10_000));
  t.equal(seen[0], false);
});

t.test('a peer that fails is tried again', async (t) => {
  const { peers, writer, staged } = await cluster(t, [true]);
  let failures = 2;
  peers.before = (call) => {
    if (call === 'put n2' && failures-- > 0) throw new Error('connection reset');
  };
  await writer.keep(staged, AbortSignal.timeout(10_000));
  t.equal(peers.calls.filter((call) => call === 'put n2').length, 3);
});

t.test('a peer that has proved its copy is not sent another', async (t) => {
  const { peers, writer, staged, store } = await cluster(t, [true]);
  await writer.keep(staged, AbortSignal.timeout(10_000));
  peers.calls.length = 0;
  await writer.keep(await store.stage(pieces('the file'), 8), AbortSignal.timeout(10_000));
  t.same(peers.calls, ['has n2']);
});

t.test('a slow peer does not hold up the majority, and gets its copy all the same', async (t) => {
  const { peers, writer, staged, folders } = await cluster(t, [true, true]);
  const gate = Promise.withResolvers<void>();
  peers.before = (call) => (call === 'put n3' ? gate.promise : undefined);
  await writer.keep(staged, AbortSignal.timeout(10_000));
  const slow = peers.stores.get('n3');
  if (!slow) throw new Error('n3 is a member');
  t.equal(await slow.has(SHA), false);
  gate.resolve();
  while (!(await slow.has(SHA))) await new Promise((resolve) => setImmediate(resolve));
  t.equal(await filesIn(folders[1] ?? '').then((files) => files.length), 1);
});

t.test('who leaves while it is brought there does not count', async (t) => {
  const own = await testStore(t);
  const [n2, n4] = [await testStore(t), await testStore(t)];
  const peers = new TestPeers();
  peers.stores.set('n2', n2.store);
  peers.stores.set('n3', null);
  const put = peers.put.bind(peers);
  peers.put = async (peer, blob, body, signal) => {
    if (peer !== 'n2') return put(peer, blob, body, signal);
    peers.stores.delete('n2');
    peers.stores.set('n4', n4.store);
    await (await n2.store.stage(body, blob.size_bytes)).keep();
  };
  const writer = new MajorityWriter(peers, peers.membership('n1'));
  const staged = await own.store.stage(pieces('a file'), 6);
  await writer.keep(staged, AbortSignal.timeout(10_000));
  t.equal(await n4.store.has(staged.sha256), true);
  t.equal(await own.store.has(staged.sha256), true);
});
