import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { NodeId } from '../core/messages.ts';
import type { SnapshotHead } from '../core/types.ts';
import { SnapshotReceiver } from './snapshot-receiver.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { addSnapshot, bytesOf, MEMBERS, openStore, partOf, silent } from './test-snapshots.ts';

const WHOLE = bytesOf(1, 2500);
const partBytes = 1000;

/** Of this process, where the system shows them. */
const OPEN_FILES = '/proc/self/fd';

/** How often a file is open under this path, or one that begins with it. */
function openFilesOf(path: string): number {
  if (!existsSync(OPEN_FILES)) return 0;
  const paths = readdirSync(OPEN_FILES).map((fd) => {
    // The one that reads the folder is gone already.
    const link = join(OPEN_FILES, fd);
    return existsSync(link) ? readlinkSync(link) : '';
  });
  return paths.filter((one) => one.startsWith(path)).length;
}

interface Received {
  readonly from: NodeId;
  readonly term: number;
  readonly snapshot: SnapshotHead;
}

async function setup(t: Test, folder = t.testdir()) {
  const store = await openStore(folder);
  const received: Received[] = [];
  const core = { term: 3, commit: 0 };
  const make = (from: SnapshotStore) =>
    new SnapshotReceiver(
      from,
      {
        term: () => core.term,
        isCommitted: (index) => index <= core.commit,
        received: (from, term, snapshot) => received.push({ from, term, snapshot }),
      },
      silent,
    );
  const receiver = make(store);
  t.teardown(() => receiver.close());
  return { folder, store, received, core, receiver, make };
}

t.test('parts become a whole snapshot, and the core is told once it is durable', async (t) => {
  const { store, received, receiver } = await setup(t);
  t.same(await receiver.receive('n1', partOf(WHOLE, 0, partBytes)), { term: 3, next_offset: 1000 });
  t.same(await receiver.receive('n1', partOf(WHOLE, 1000, partBytes)), {
    term: 3,
    next_offset: 2000,
  });
  t.same(received, []);
  t.same(await receiver.receive('n1', partOf(WHOLE, 2000, partBytes)), {
    term: 3,
    next_offset: 2500,
  });
  const snapshot = { index: 40, term: 2, configuration: MEMBERS, configuration_index: 1 };
  t.same(received, [{ from: 'n1', term: 3, snapshot }]);
  t.same(readFileSync(store.newest?.path ?? ''), WHOLE);
  t.equal(store.newest?.sha256, createHash('sha256').update(WHOLE).digest('hex'));
});

t.test('a part that is not the next one, or damaged, is asked for again', async (t) => {
  const { receiver, store } = await setup(t);
  const next = async (...args: Parameters<typeof partOf>) =>
    (await receiver.receive('n1', partOf(...args))).next_offset;
  t.equal(await next(WHOLE, 1000, partBytes), 0);
  t.equal(await next(WHOLE, 0, partBytes), 1000);
  t.equal(await next(WHOLE, 0, partBytes), 1000, 'twice');
  t.equal(await next(WHOLE, 1000, partBytes, { chunk_crc: Buffer.alloc(4) }), 1000);
  t.equal(await next(WHOLE, 1000, partBytes), 2000);
  t.equal(await next(WHOLE, 2000, partBytes), 2500);
  t.same(readFileSync(store.newest?.path ?? ''), WHOLE);
});

t.test('calls that come together are taken one after the other', async (t) => {
  const { receiver } = await setup(t);
  const answers = await Promise.all(
    [0, 1000, 2000].map((offset) => receiver.receive('n1', partOf(WHOLE, offset, partBytes))),
  );
  t.same(
    answers.map((answer) => answer.next_offset),
    [1000, 2000, 2500],
  );
});

t.test('a whole that is not what it should be is forgotten, and begun again', async (t) => {
  const { receiver, received, store } = await setup(t);
  const wrong = { digest: Buffer.alloc(32, 7) };
  await receiver.receive('n1', partOf(WHOLE, 0, 2000, wrong));
  const answer = await receiver.receive('n1', partOf(WHOLE, 2000, 500, wrong));
  t.equal(answer.next_offset, 0);
  t.equal(store.newest, null);
  t.same(received, []);
  await receiver.receive('n1', partOf(WHOLE, 0, 2500));
  t.equal(store.newest?.last_included_index, 40);
});

t.test('another process goes on where the last one was', async (t) => {
  const first = await setup(t);
  await first.receiver.receive('n1', partOf(WHOLE, 0, partBytes));
  await first.receiver.receive('n1', partOf(WHOLE, 1000, partBytes));
  await first.receiver.close();
  const second = await setup(t, first.folder);
  const asked = await second.receiver.receive('n1', partOf(WHOLE, 0, partBytes));
  t.equal(asked.next_offset, 2000);
  await second.receiver.receive('n1', partOf(WHOLE, 2000, 500));
  t.same(readFileSync(second.store.newest?.path ?? ''), WHOLE);
});

t.test('a process that died before the last step asks for it again', async (t) => {
  const first = await setup(t);
  await first.receiver.receive('n1', partOf(WHOLE, 0, 2500, { done: false }));
  await first.receiver.close();
  const second = await setup(t, first.folder);
  t.equal((await second.receiver.receive('n1', partOf(WHOLE, 0, 100))).next_offset, 2500);
  const last = await second.receiver.receive('n1', partOf(WHOLE, 2500, 0, { done: true }));
  t.equal(last.next_offset, 2500);
  t.equal(second.received.length, 1);
});

t.test('what a power cut took from the part is found by the digest', async (t) => {
  const first = await setup(t);
  await first.receiver.receive('n1', partOf(WHOLE, 0, 2000));
  await first.receiver.close();
  // As long as before, but its end is zeros.
  truncateSync(join(first.folder, 'incoming.part'), 1200);
  truncateSync(join(first.folder, 'incoming.part'), 2000);
  const { receiver, store } = await setup(t, first.folder);
  t.equal((await receiver.receive('n1', partOf(WHOLE, 0, 100))).next_offset, 2000);
  t.equal((await receiver.receive('n1', partOf(WHOLE, 2000, 500))).next_offset, 0);
  t.equal(store.newest, null);
});

t.test('another snapshot takes the place of the one that was begun', async (t) => {
  const { receiver, store } = await setup(t);
  await receiver.receive('n1', partOf(WHOLE, 0, 2000));
  const other = bytesOf(9, 700);
  const answer = await receiver.receive('n2', partOf(other, 0, 700, { last_included_index: 44 }));
  t.equal(answer.next_offset, 700);
  t.equal(store.newest?.last_included_index, 44);
  t.same(readFileSync(store.newest?.path ?? ''), other);
});

t.test('an older term is answered with the own one, and nothing is kept', async (t) => {
  const { receiver, core, received } = await setup(t);
  core.term = 7;
  t.same(await receiver.receive('n1', partOf(WHOLE, 0, 2500)), { term: 7, next_offset: 0 });
  t.same(received, []);
});

t.test('what is not needed is not taken in, but the core answers it', async (t) => {
  const { receiver, core, received, store } = await setup(t);
  core.commit = 40;
  const answer = await receiver.receive('n1', partOf(WHOLE, 0, partBytes));
  t.same(answer, { term: 3, next_offset: 0 });
  t.equal(received.length, 1);
  t.equal(store.newest, null);
  const last = await receiver.receive('n1', partOf(WHOLE, 0, WHOLE.length));
  t.equal(last.next_offset, WHOLE.length, 'byte 0 would say that the digest does not fit');
  core.commit = 0;
  await addSnapshot(store, 40);
  await receiver.receive('n1', partOf(WHOLE, 0, partBytes));
  t.equal(received.length, 3, 'the same snapshot is here already');
});

t.test('a disk that fails: the leader hears it, and is kept away for a while', async (t) => {
  const { receiver, store, folder } = await setup(t);
  renameSync(folder, `${folder}.gone`);
  await t.rejects(receiver.receive('n1', partOf(WHOLE, 0, partBytes)), { code: 'ENOENT' });
  mkdirSync(folder);
  await t.rejects(receiver.receive('n1', partOf(WHOLE, 0, partBytes)), /a moment ago/);
  t.equal(store.newest, null);
});

t.test('a whole that cannot be read again is let go of, file and all', async (t) => {
  const { receiver, store, folder } = await setup(t);
  await receiver.receive('n1', partOf(WHOLE, 0, 2000));
  const part = join(folder, 'incoming.part');
  const kept = openFilesOf(part);
  renameSync(part, `${part}.gone`);
  await t.rejects(receiver.receive('n1', partOf(WHOLE, 2000, 500)), { code: 'ENOENT' });
  t.equal(store.newest, null);
  t.notOk(existsSync(join(folder, 'incoming.json')));
  if (existsSync(OPEN_FILES)) t.same([kept, openFilesOf(part)], [1, 0]);
});

t.test('what cannot be begun leaves no file open', async (t) => {
  const { receiver, folder } = await setup(t);
  mkdirSync(join(folder, 'incoming.json.tmp'));
  await t.rejects(receiver.receive('n1', partOf(WHOLE, 0, partBytes)), { code: 'EISDIR' });
  t.equal(openFilesOf(join(folder, 'incoming.part')), 0);
});
