import t from 'tap';
import { directoryIdOf } from '../../../test/fixtures/directory-id.ts';
import type { Message } from '../core/messages.ts';
import { openTransport } from './open-transport.ts';
import {
  configurationOf,
  makeKeys,
  nextMessage,
  openNode,
  openPair,
  openProxy,
  reachable,
  until,
} from './test-nodes.ts';
import { TransportStartError } from './transport-error.ts';

const FAST = { backoffMinMs: 5, backoffMaxMs: 20 };
const command = Buffer.alloc(300, 7);

const MESSAGES: readonly Message[] = [
  {
    kind: 'VoteRequest',
    body: {
      term: 3,
      candidate_id: 'n1',
      last_log_index: 2 ** 40,
      last_log_term: 2,
      pre_vote: true,
      leadership_transfer: false,
    },
  },
  { kind: 'VoteResponse', body: { term: 3, vote_granted: true, pre_vote: false } },
  {
    kind: 'AppendEntriesRequest',
    body: {
      term: 3,
      leader_id: 'n1',
      prev_log_index: 5,
      prev_log_term: 2,
      entries: [
        { index: 6, term: 2, type: 0, command },
        { index: 7, term: 3, type: 1, command: Buffer.alloc(0) },
      ],
      leader_commit: 4,
      read_round: 9,
    },
  },
  {
    kind: 'AppendEntriesResponse',
    body: {
      term: 3,
      success: false,
      match_index: 0,
      conflict_index: 5,
      conflict_term: 2,
      read_round: 9,
    },
  },
  { kind: 'ReadIndexRequest', body: { term: 1, request_id: 'r1' } },
  { kind: 'ReadIndexResponse', body: { request_id: 'r1', term: 3, read_index: -1 } },
];

t.test('each kind of message arrives as it was sent, and says from whom', async (t) => {
  const { n1, n2 } = await openPair(t);
  for (const message of MESSAGES) {
    const arrives = nextMessage(n2);
    n1.send('n2', message);
    t.strictSame(await arrives, { from: 'n1', message }, message.kind);
  }
});

t.test('messages of a lane keep their order, small behind large', async (t) => {
  const { n1, n2 } = await openPair(t);
  const rounds: number[] = [];
  const all = new Promise<void>((resolve) => {
    n2.onMessage = (_from, { body }) => {
      if ('entries' in body) rounds.push(body.read_round);
      if (rounds.length === 200) resolve();
    };
  });
  for (let read_round = 0; read_round < 200; read_round += 1) {
    const bytes = read_round % 20 === 0 ? 500_000 : 10;
    const entries = [{ index: 1, term: 1, type: 0 as const, command: Buffer.alloc(bytes) }];
    const body = {
      term: 1,
      leader_id: 'n1',
      prev_log_index: 0,
      prev_log_term: 0,
      entries,
      leader_commit: 0,
      read_round,
    };
    n1.send('n2', { kind: 'AppendEntriesRequest', body });
  }
  await all;
  t.strictSame(
    rounds,
    Array.from({ length: 200 }, (_, k) => k),
  );
});

t.test('traffic is counted per peer', async (t) => {
  const { n1, n2 } = await openPair(t);
  const before = n2.counters().peers.n1!;
  const arrives = nextMessage(n2);
  n1.send('n2', MESSAGES[2]!);
  await arrives;
  const sent = n1.counters().peers.n2!;
  const after = n2.counters().peers.n1!;
  t.equal(after.frames_received - before.frames_received, 1);
  t.ok(after.bytes_received - before.bytes_received > 300);
  t.ok(sent.bytes_sent > 300);
  t.match(sent, { reachable: true, reconnects: 0, frames_dropped: 0, queued_frames: 0 });
});

t.test('what cannot be sent is dropped and counted, never thrown', async (t) => {
  const { n1 } = await openPair(t, {
    maxEntryBytes: 1000,
    maxEntriesPerMessage: 10,
    maxMessageBytes: 16_000,
  });
  const entry = { index: 6, term: 2, type: 0 as const, command: Buffer.alloc(20_000) };
  const large = { ...MESSAGES[2]!, body: { ...MESSAGES[2]!.body, entries: [entry] } } as Message;
  n1.send('n2', large);
  t.equal(n1.counters().peers.n2?.frames_dropped, 1, 'over maxMessageBytes');
  n1.send('n9', MESSAGES[0]!);
  t.equal(n1.counters().frames_to_strangers, 1);
});

t.test('a full queue drops, and what fits still arrives', async (t) => {
  const { n1, n2 } = await openPair(t, { maxQueuedFrames: 10 });
  const rounds: string[] = [];
  const last = new Promise<void>((resolve) => {
    n2.onMessage = (_from, { body }) => {
      if ('request_id' in body) rounds.push(body.request_id);
      if (rounds.at(-1) === 'last') resolve();
    };
  });
  for (let k = 0; k < 25; k += 1) {
    n1.send('n2', { kind: 'ReadIndexRequest', body: { term: 1, request_id: `r${k}` } });
  }
  t.equal(n1.counters().peers.n2?.frames_dropped, 15);
  t.equal(n1.counters().peers.n2?.queued_frames, 10);
  await until(() => n1.counters().peers.n2?.queued_frames === 0);
  n1.send('n2', { kind: 'ReadIndexRequest', body: { term: 1, request_id: 'last' } });
  await last;
  t.equal(rounds.length, 11);
});

t.test('a peer that dies is reported, and again when it is back', async (t) => {
  const { n1, n2, keys, configuration } = await openPair(t, FAST);
  const { port } = n2.address;
  const down = reachable(n1, 'n2', false);
  await n2.close();
  await down;
  t.equal(n1.counters().peers.n2?.reachable, false);
  n1.send('n2', MESSAGES[0]!);
  t.ok((n1.counters().peers.n2?.frames_dropped ?? 0) > 0);

  const up = reachable(n1, 'n2', true);
  const again = await openNode(t, keys.n2!, FAST, port);
  again.setMembers(configuration);
  await up;
  t.equal(n1.counters().peers.n2?.reconnects, 1);
  const arrives = nextMessage(again);
  n1.send('n2', MESSAGES[0]!);
  t.strictSame(await arrives, { from: 'n1', message: MESSAGES[0] });
});

t.test('a peer that dials in is dialled back at once', async (t) => {
  const keys = await makeKeys(t, ['n1', 'n2']);
  const n1 = await openNode(t, keys.n1!, { backoffMinMs: 600_000, backoffMaxMs: 600_000 });
  const taken = await openNode(t, keys.n2!);
  const { port } = taken.address;
  await taken.close();
  const configuration = configurationOf({ n1: n1.address.port, n2: port });
  n1.setMembers(configuration);
  const up = reachable(n1, 'n2', true);
  const n2 = await openNode(t, keys.n2!, FAST, port);
  n2.setMembers(configuration);
  await up;
  t.equal(n1.counters().peers.n2?.reachable, true);
});

t.test('a peer that accepts but says nothing is given up', async (t) => {
  const limits = { ...FAST, pingIntervalMs: 20, pingTimeoutMs: 100 };
  const { n1, n2, configuration } = await openPair(t, limits);
  const proxy = await openProxy(t, n2.address.port);
  const [self] = configuration.voters;
  const up = reachable(n1, 'n2', true);
  n1.setMembers({
    ...configuration,
    voters: [self!, { id: 'n2', raft: `127.0.0.1:${proxy.port}`, api: '' }],
  });
  await up;
  const down = reachable(n1, 'n2', false);
  for (const socket of proxy.sockets) socket.pause().unpipe();
  // More than the sockets take: even closing the link must not wait for them.
  const entries = [{ index: 6, term: 2, type: 0 as const, command: Buffer.alloc(1_000_000) }];
  const body = { ...MESSAGES[2]!.body, entries };
  for (let k = 0; k < 20; k += 1) n1.send('n2', { ...MESSAGES[2]!, body } as Message);
  await down;
  t.equal(n1.counters().peers.n2?.reachable, false);
});

t.test('members can come, move and go', async (t) => {
  const { n1, n2, keys } = await openPair(t, FAST);
  const n3 = await openNode(t, keys.n3!, FAST);
  const ports = { n1: n1.address.port, n2: n2.address.port, n3: n3.address.port };
  n3.setMembers(configurationOf(ports));
  const joined = reachable(n1, 'n3', true);
  n1.setMembers(configurationOf(ports));
  await joined;
  t.equal(n1.counters().peers.n2?.reachable, true, 'others are left alone');
  t.equal(n1.counters().peers.n2?.reconnects, 0);

  n2.handle('/', () => Promise.resolve({ status: 200 }));
  t.equal((await n1.request('n2', { method: 'GET', path: '/' })).status, 200);
  const proxy = await openProxy(t, n2.address.port);
  const moved = reachable(n1, 'n2', true);
  n1.setMembers(configurationOf({ ...ports, n2: proxy.port }));
  await moved;
  const before = proxy.sockets.size;
  t.ok(before > 0);
  t.equal((await n1.request('n2', { method: 'GET', path: '/' })).status, 200);
  t.ok(proxy.sockets.size > before, 'the side channel moves too');

  const gone = reachable(n1, 'n2', false);
  const refusedThere = reachable(n2, 'n1', false);
  n1.setMembers(configurationOf({ n1: ports.n1, n3: ports.n3 }));
  await Promise.all([gone, refusedThere]);
  t.equal(n1.counters().peers.n2, undefined);
  await until(() => n1.counters().refusals.unknown_sender > 0);
  await t.rejects(n1.forward('n2', { client_id: 'n1', request_id: 'r', command }, 1000), {
    code: 'unreachable',
    sent: false,
  });
});

t.test('it does not start with foreign keys or where another listens', async (t) => {
  const keys = await makeKeys(t, ['n1', 'n2']);
  const n1 = await openNode(t, keys.n1!);
  const identity = { cluster_id: 'test', node_id: 'n1', directory_id: directoryIdOf('n1') };
  const self = { ...identity, listen: { host: '127.0.0.1', port: 0 } };
  const rest = {
    members: configurationOf({}),
    logger: { debug() {}, info() {}, warn() {} },
  };
  await t.rejects(openTransport({ self, keys: keys.n2!, ...rest }), TransportStartError);
  await t.rejects(
    openTransport({ self: { ...self, cluster_id: 'other' }, keys: keys.n1!, ...rest }),
    TransportStartError,
  );
  const { port } = n1.address;
  const taken = { ...self, listen: { host: '127.0.0.1', port } };
  await t.rejects(openTransport({ self: taken, keys: keys.n1!, ...rest }), {
    name: 'TransportStartError',
    message: /EADDRINUSE.*choose another port/,
  });
});
