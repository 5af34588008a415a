import t from 'tap';
import { batch, entry, openSmall, vote } from '../../../test/log/small-log.ts';
import { SimDisk, systemError } from '../../../test/simulation/sim-disk.ts';
import type { Room } from './disk-room.ts';
import { LogClient } from './log-client.ts';
import { LogServer } from './log-server.ts';
import type { LogReply, LogRequest } from './worker-messages.ts';

/** Both sides of the log on one thread; `run` is the moment when the worker wakes up. */
function setup(maxGroupBytes = 4096) {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  const requests: LogRequest[] = [];
  const replies: LogReply[] = [];
  const port = { post: (reply: LogReply) => replies.push(reply), take: () => requests.shift() };
  let room: Room = 'enough';
  const server = new LogServer(engine, port, { look: () => room }, maxGroupBytes);
  const setRoom = (value: Room): void => {
    room = value;
  };
  const ended = Promise.withResolvers<void>();
  const client = new LogClient(engine.recovered, (r) => requests.push(r), ended.promise);
  const said: LogReply[] = [];
  const durable: number[] = [];
  const failures: Error[] = [];
  client.onDurable = (seq) => durable.push(seq);
  client.onFailure = (error) => failures.push(error);
  let lastSeq = 0;
  const append = (index: number, size = 100): number => {
    lastSeq += 1;
    client.append({ ...batch(null, entry(index, 1, size)), seq: lastSeq });
    return lastSeq;
  };
  const run = (): void => {
    for (let next = requests.shift(); next !== undefined; next = requests.shift())
      if (!server.serve(next)) {
        client.ended();
        ended.resolve();
      }
    for (const reply of replies.splice(0)) {
      said.push(reply);
      client.receive(reply);
    }
  };
  return { disk, server, client, durable, failures, append, run, said, setRoom };
}

function countSyncs(disk: SimDisk): () => number {
  let syncs = 0;
  disk.onOperation = ({ kind }) => {
    if (kind === 'sync') syncs += 1;
    return null;
  };
  return () => syncs;
}

t.test('all that queued up shares one fsync, and the last seq is reported', (t) => {
  const { append, run, durable, disk, server } = setup();
  while (server.prepareSpare() === 'more');
  const syncs = countSyncs(disk);
  for (let i = 1; i <= 10; i += 1) append(i);
  t.same(durable, []);
  run();
  t.same(durable, [10]);
  t.equal(syncs(), 1);
  append(11);
  run();
  t.same(durable, [10, 11]);
  t.equal(syncs(), 2);
  t.end();
});

t.test('a group is bounded, and each is reported when it is durable', (t) => {
  const { append, run, durable } = setup(1000);
  for (let i = 1; i <= 10; i += 1) append(i, 250);
  run();
  t.same(durable, [3, 6, 9, 10]);
  t.end();
});

t.test('a batch with nothing in it is reported, in its turn', (t) => {
  const { client, run, durable } = setup();
  client.append({ seq: 1, hard_state: null, entries: [] });
  run();
  t.same(durable, [1]);
  t.end();
});

t.test('a read sees what was appended before it, and not what came after', async (t) => {
  const { append, run, client } = setup();
  append(1);
  append(2);
  const before = client.read(1, 2, 1e6);
  client.append({ seq: 3, hard_state: vote(2, null), entries: [entry(2, 2)] });
  const after = client.read(1, 2, 1e6);
  run();
  t.same(
    (await before).map((e) => [e.index, e.term, e.type, Buffer.from(e.command).toString()]),
    [entry(1, 1), entry(2, 1)].map((e) => [e.index, e.term, e.type, e.command.toString()]),
  );
  t.same(
    (await after).map((e) => e.term),
    [1, 2],
  );
});

t.test('a read outside of the log rejects, and the log goes on', async (t) => {
  const { append, run, client, durable, failures } = setup();
  append(1);
  const read = client.read(1, 2, 1e6);
  append(2);
  run();
  await t.rejects(read, RangeError);
  t.same(durable, [1, 2]);
  t.same(failures, []);
});

t.test('the log is compacted in its turn, and says where it begins then', async (t) => {
  const { client, run, append, disk } = setup();
  for (let i = 1; i <= 6; i += 1) append(i, 3000);
  const before = client.read(1, 1, 1);
  const compacted = client.compact({ snapshot: { index: 6, term: 1 }, hold_index: 100 });
  const after = client.read(1, 1, 1);
  const last = append(7);
  run();
  t.equal((await before).length, 1);
  t.same(await compacted, { index: 5, term: 1 });
  await t.rejects(after, RangeError);
  t.equal(last, 7);
  disk.onOperation = ({ kind }) => (kind === 'sync' ? systemError('EIO', 'x') : null);
  const failing = client.compact({ snapshot: { index: 7, term: 1 }, hold_index: 100 });
  run();
  await t.rejects(failing, { code: 'EIO' });
});

t.test('a failed fsync: one failure, nothing durable after it, reads reject', async (t) => {
  const { append, run, client, disk, durable, failures, server, said } = setup();
  append(1);
  run();
  disk.onOperation = ({ kind, path }) => (kind === 'sync' ? systemError('EIO', path) : null);
  append(2);
  const read = client.read(1, 1, 1);
  append(3);
  run();
  disk.onOperation = () => null;
  append(4);
  server.idle();
  server.prepareSpare();
  run();
  t.same(durable, [1]);
  t.equal(failures.length, 1);
  t.match(failures[0], { code: 'EIO' });
  t.equal(said.filter((reply) => typeof reply === 'object' && reply.kind === 'failed').length, 1);
  await t.rejects(read, { code: 'EIO' });
  await t.rejects(client.read(1, 1, 1), { code: 'EIO' });
});

t.test('a damaged entry: the read rejects and the log fails', async (t) => {
  const { append, run, client, disk, durable, failures } = setup();
  append(1);
  run();
  disk.flipBit('/log/0000000001.log', 4096 + 60, 1);
  const read = client.read(1, 1, 1000);
  append(2);
  run();
  await t.rejects(read, { name: 'LogCorruption', index: 1, offset: 4096 });
  t.match(failures, [{ name: 'LogCorruption' }]);
  t.same(durable, [1]);
});

function roomsIn(said: readonly LogReply[]): string[] {
  return said.flatMap((reply) => {
    return typeof reply === 'object' && reply.kind === 'room' ? [reply.room] : [];
  });
}

t.test('a full disk is told, and is no failure: what has no place waits, in order', (t) => {
  const { append, run, disk, durable, failures, said, server, client } = setup();
  const told: boolean[] = [];
  client.onDiskLow = (low) => told.push(low);
  disk.onOperation = ({ kind, path }) => (kind === 'create' ? systemError('ENOSPC', path) : null);
  append(1, 1500);
  run();
  append(2, 1500);
  run();
  t.same([durable, roomsIn(said)], [[1, 2], ['low']], 'the spare could not be made');
  append(3, 1500);
  append(4, 10);
  run();
  server.retry();
  run();
  t.same(
    [durable, roomsIn(said)],
    [
      [1, 2],
      ['low', 'none'],
    ],
  );
  t.equal(client.diskLow, true);
  disk.onOperation = () => null;
  server.retry();
  while (server.prepareSpare() === 'more');
  run();
  t.same(durable, [1, 2, 4]);
  t.same(roomsIn(said).at(-1), 'enough');
  t.same([told, client.diskLow], [[true, false], false]);
  t.same(failures, []);
  t.end();
});

t.test('without room commands wait, terms and members are written, until something waits', (t) => {
  const { client, run, durable, setRoom, server } = setup();
  setRoom('none');
  client.append({ seq: 1, hard_state: vote(2, 'n1'), entries: [] });
  client.append({ seq: 2, hard_state: null, entries: [entry(1, 2, 0, 1), entry(2, 2, 9, 2)] });
  client.append({ ...batch(null, entry(3, 2)), seq: 3 });
  client.append({ seq: 4, hard_state: vote(3, null), entries: [] });
  run();
  t.same(durable, [2]);
  setRoom('low');
  server.retry();
  run();
  t.same(durable, [2, 4], 'below the reserve it still writes');
  t.equal(client.diskLow, true);
  t.end();
});

t.test(
  'the log closes with what waits for room, and none of that is said to be durable',
  async (t) => {
    const { append, run, client, durable, setRoom, disk } = setup();
    append(1);
    run();
    setRoom('none');
    append(2);
    const closed = client.close();
    run();
    await closed;
    t.same(durable, [1]);
    t.equal(openSmall(disk).recovered.last_index, 1);
  },
);

t.test('the next segment is ready before the current one is full', (t) => {
  const { append, run, disk } = setup();
  let zeroFilled = 0;
  disk.onOperation = ({ kind, path }) => {
    if (kind === 'create' && path.endsWith('spare.tmp')) zeroFilled += 1;
    return null;
  };
  for (let i = 1; i <= 3; i += 1) {
    append(i);
    run();
  }
  t.equal(zeroFilled, 1);
  t.ok(disk.list('/log').includes('spare.tmp'));
  t.equal(disk.open('/log/spare.tmp').size(), 8192);
  t.end();
});

t.test('the idle mark is the only thing that an idle log writes', (t) => {
  const { append, run, disk, server } = setup();
  append(1);
  run();
  const syncs = countSyncs(disk);
  server.idle();
  server.idle();
  t.equal(syncs(), 1);
  t.end();
});

t.test('close makes durable what came before; then nothing goes in any more', async (t) => {
  const { append, run, client, durable, failures, disk } = setup();
  append(1);
  const closed = client.close();
  append(2);
  const late = client.read(1, 1, 1);
  run();
  await closed;
  await client.close();
  t.same(durable, [1]);
  t.same(failures, []);
  await t.rejects(late, { message: /closed/ });
  t.equal(openSmall(disk, true).recovered.last_index, 1);
});

t.test('a thread that ends by itself is a failure', async (t) => {
  const { append, client, failures } = setup();
  append(1);
  const read = client.read(1, 1, 1);
  client.ended();
  t.equal(failures.length, 1);
  await t.rejects(read, { message: /thread/ });
});
