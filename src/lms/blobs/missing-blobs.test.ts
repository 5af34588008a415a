import { join } from 'node:path';
import t from 'tap';
import { until } from '../../../test/fixtures/until.ts';
import { TestMachine } from '../test-machine.ts';
import { BlobReader } from './blob-reader.ts';
import { MissingBlobs } from './missing-blobs.ts';
import { GOING, keepText, SILENT, sha256Of, TestPeers, testStore } from './test-blobs.ts';

async function setUp(t: { teardown(run: () => unknown): void }) {
  const [own, other] = [await testStore(t), await testStore(t)];
  const peers = new TestPeers();
  peers.stores.set('n2', other.store);
  const machine = new TestMachine();
  t.teardown(() => machine.close());
  machine.addUser('usr_ann', 'instructor');
  const reader = new BlobReader(own.store, peers, peers.membership('n1'), SILENT);
  const missing = new MissingBlobs(machine.reader, own.store, reader, SILENT);
  let files = 0;
  const addFile = (text: string) => {
    files += 1;
    machine.must('usr_ann', 'CREATE_FILE', {
      file_id: `fil_${files}`,
      sha256: sha256Of(text),
      size_bytes: text.length,
      media_type: 'text/plain',
      filename: 'a.txt',
    });
  };
  return { own, other, peers, machine, reader, missing, addFile };
}

t.test('what the table names and the store lacks is fetched, and nothing else', async (t) => {
  const { own, other, peers, missing, addFile } = await setUp(t);
  for (const text of ['one', 'two', 'three']) addFile(text);
  await keepText(own.store, 'one');
  for (const text of ['one', 'two', 'three']) await keepText(other.store, text);
  await missing.compareUpTo(2, GOING);
  t.equal(await own.store.has(sha256Of('two')), true);
  t.equal(await own.store.has(sha256Of('three')), false, 'not yet: its bytes may be on their way');
  t.same(peers.calls, ['get n2']);
  await missing.compareUpTo(3, GOING);
  t.equal(await own.store.has(sha256Of('three')), true);
  await missing.compareUpTo(3, GOING);
  t.same(peers.calls, ['get n2', 'get n2']);
});

t.test('what no peer can give now does not hold up the rest, and is tried again', async (t) => {
  const { own, other, peers, missing, addFile } = await setUp(t);
  for (const text of ['lost', 'found']) addFile(text);
  await keepText(other.store, 'found');
  await missing.compareUpTo(2, GOING);
  t.equal(await own.store.has(sha256Of('found')), true);
  t.equal(missing.count, 1);
  t.equal(await missing.retry(GOING), 0);
  await keepText(other.store, 'lost');
  t.equal(await missing.retry(GOING), 1);
  t.equal(missing.count, 0);
  t.equal(await own.store.has(sha256Of('lost')), true);
  t.equal(peers.calls.length, 4);
});

t.test('more files than one batch', async (t) => {
  const { own, other, missing, addFile } = await setUp(t);
  for (let n = 0; n < 205; n += 1) addFile(`file ${n}`);
  await keepText(other.store, 'file 204');
  await missing.compareUpTo(205, GOING);
  t.equal(missing.count, 204);
  t.equal(await own.store.has(sha256Of('file 204')), true);
});

t.test('after a restart it starts over from the table', async (t) => {
  const { own, other, machine, reader, missing, addFile } = await setUp(t);
  addFile('late');
  await missing.compareUpTo(1, GOING);
  await keepText(other.store, 'late');
  const restarted = new MissingBlobs(machine.reader, own.store, reader, SILENT);
  await restarted.compareUpTo(1, GOING);
  t.equal(await own.store.has(sha256Of('late')), true);
});

t.test('it runs until it is told to stop', async (t) => {
  const { other, own, missing, addFile } = await setUp(t);
  const stop = new AbortController();
  addFile('in the background');
  await keepText(other.store, 'in the background');
  const running = missing.run(stop.signal);
  while (!(await own.store.has(sha256Of('in the background')))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stop.abort();
  await running;
});

t.test('files that came with a snapshot are noticed, while it runs', async (t) => {
  const { own, other, reader, machine: empty } = await setUp(t);
  empty.close();
  const folder = t.testdir();
  const [source, replica] = ['source', 'replica'].map((name) => {
    const machine = new TestMachine(join(folder, `${name}.db`));
    machine.addUser('usr_ann', 'instructor');
    return machine;
  }) as [TestMachine, TestMachine];
  t.teardown(() => [source, replica].map((machine) => machine.close()));
  const texts = ['first', 'second', 'third'];
  for (const text of texts) {
    await keepText(other.store, text);
    source.must('usr_ann', 'CREATE_FILE', {
      file_id: `fil_${text}`,
      sha256: sha256Of(text),
      size_bytes: text.length,
      media_type: 'text/plain',
      filename: 'a.txt',
    });
  }
  const stop = new AbortController();
  const missing = new MissingBlobs(replica.reader, own.store, reader, SILENT);
  const running = missing.run(stop.signal);
  const snapshot = join(folder, 'snapshot.db');
  await source.machine.writeSnapshot(snapshot);
  await replica.machine.installSnapshot(snapshot);
  await until('all of them', async () => {
    const found = await Promise.all(texts.map((text) => own.store.has(sha256Of(text))));
    return found.every(Boolean) ? true : undefined;
  });
  stop.abort();
  await running;
  t.equal(missing.count, 0);
});

t.test('what has expired meanwhile is looked for no more', async (t) => {
  const { machine, missing, addFile } = await setUp(t);
  addFile('gone');
  machine.must('usr_ann', 'CREATE_FILE', {
    file_id: 'fil_short',
    sha256: sha256Of('short'),
    size_bytes: 5,
    media_type: 'text/plain',
    filename: 'a.txt',
    unattached: { keep_ms: 1, max_unattached_files: 9, max_unattached_bytes: 99 },
  });
  await missing.compareUpTo(2, GOING);
  t.equal(missing.count, 2);
  t.equal(await missing.lacking(GOING), 2);
  machine.now += 1;
  machine.must(null, 'EXPIRE_FILES', {});
  t.equal(await missing.lacking(GOING), 1);
});

t.test('how many are lacking is known when all rows were compared, or not at all', async (t) => {
  const { other, missing, addFile } = await setUp(t);
  for (const text of ['one', 'two']) addFile(text);
  await keepText(other.store, 'two');
  t.equal(await missing.lacking(GOING), 1);
  await t.rejects(missing.lacking(AbortSignal.abort()));
});
