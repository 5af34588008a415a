import t, { type Test } from 'tap';
import type { InstallSnapshotRequest, InstallSnapshotResponse } from '../core/messages.ts';
import { chunkBytes, maxFruitlessChunks } from './limits.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import { addSnapshot, bytesOf, openStore, silent } from './test-snapshots.ts';

const size = 2 * chunkBytes + 100;

type Answer = (request: InstallSnapshotRequest) => InstallSnapshotResponse;

/** Takes all: says that it has what came so far. */
const takesAll: Answer = ({ offset, data, term }) => ({ term, next_offset: offset + data.length });

async function setup(t: Test, answer: Answer) {
  const store = await openStore(t.testdir());
  const snapshot = await addSnapshot(store, 40, size);
  const requests: InstallSnapshotRequest[] = [];
  const ended = Promise.withResolvers<number>();
  const state = { wanted: true, progress: 0 };
  const sender = new SnapshotSender(
    'n1',
    store,
    {
      installSnapshot: (_peer, request) => {
        requests.push({ ...request, data: Uint8Array.from(request.data) });
        return new Promise((resolve) => setImmediate(resolve)).then(() => answer(request));
      },
    },
    {
      snapshot: () => Promise.resolve(snapshot),
      isWanted: () => state.wanted,
      progress: () => {
        state.progress += 1;
      },
      ended: (_peer, term) => ended.resolve(term),
    },
    silent,
  );
  return { sender, requests, ended: ended.promise, state, store };
}

t.test('the whole file arrives, a part at a time, with all that is said of it', async (t) => {
  const { sender, requests, ended, state } = await setup(t, takesAll);
  sender.send('n2', 5);
  t.equal(sender.lowestIndex, 0, 'not yet known which one');
  sender.send('n2', 5);
  t.equal(await ended, 0);
  t.same(
    requests.map(({ offset, done }) => [offset, done]),
    [
      [0, false],
      [chunkBytes, false],
      [2 * chunkBytes, true],
    ],
  );
  t.same(Buffer.concat(requests.map(({ data }) => data)), bytesOf(40, size));
  t.match(requests[0], {
    term: 5,
    leader_id: 'n1',
    last_included_index: 40,
    last_included_term: 2,
  });
  t.equal(state.progress, 2);
  t.equal(sender.lowestIndex, Number.POSITIVE_INFINITY);
});

t.test('it goes where the receiver says', async (t) => {
  const offsets = [2 * chunkBytes, size];
  const { sender, requests, ended } = await setup(t, ({ term }) => ({
    term,
    next_offset: offsets.shift() ?? 0,
  }));
  sender.send('n2', 5);
  await ended;
  t.same(
    requests.map(({ offset }) => offset),
    [0, 2 * chunkBytes],
  );
});

t.test('a later term ends it, and is told', async (t) => {
  const { sender, requests, ended } = await setup(t, () => ({ term: 9, next_offset: 0 }));
  sender.send('n2', 5);
  t.equal(await ended, 9);
  t.equal(requests.length, 1);
});

t.test('it ends when nobody wants it any more', async (t) => {
  const { sender, requests, ended, state } = await setup(t, (request) => {
    state.wanted = false;
    return takesAll(request);
  });
  sender.send('n2', 5);
  t.equal(await ended, 0);
  t.equal(requests.length, 1);
});

t.test('a receiver that gets no further is left after a few parts', async (t) => {
  const { sender, requests, ended } = await setup(t, ({ term }) => ({ term, next_offset: 0 }));
  sender.send('n2', 5);
  t.equal(await ended, 0);
  t.equal(requests.length, maxFruitlessChunks + 1);
});

t.test('an answer that cannot be, or none, ends it', async (t) => {
  const beyond: Answer = ({ term }) => ({ term, next_offset: size + 1 });
  const none: Answer = () => {
    throw new Error('no answer');
  };
  for (const answer of [beyond, none]) {
    const { sender, requests, ended } = await setup(t, answer);
    sender.send('n2', 5);
    t.equal(await ended, 0);
    t.equal(requests.length, 1);
  }
});

t.test('when the digest does not fit, the own file is doubted', async (t) => {
  const { sender, requests, ended, store } = await setup(t, (request) => {
    return request.done ? { term: request.term, next_offset: 0 } : takesAll(request);
  });
  let doubted = 0;
  const { doubt } = store;
  store.doubt = (snapshot) => {
    doubted += 1;
    doubt.call(store, snapshot);
  };
  sender.send('n2', 5);
  await ended;
  t.equal(doubted, 1);
  t.equal(requests.length, 3, 'it is not sent again before it was looked at');
});
