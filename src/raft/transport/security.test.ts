import { connect as netConnect } from 'node:net';
import t, { type Test } from 'tap';
import { directoryIdOf } from '../../../test/fixtures/directory-id.ts';
import { encodeFrame, FRAME_KIND } from './frames.ts';
import { ownHandshake } from './handshake.ts';
import type { Http2Transport } from './http2-transport.ts';
import type { RefusalReason } from './refusals.ts';
import {
  configurationOf,
  makeKeys,
  nextMessage,
  openNode,
  openPair,
  type RawStream,
  rawSession,
  rawStream,
  until,
} from './test-nodes.ts';

const HANDSHAKE = ownHandshake({
  cluster_id: 'test',
  node_id: 'n2',
  directory_id: directoryIdOf('n2'),
});
const READ = { kind: 'ReadIndexRequest', body: { term: 1, request_id: 'r1' } } as const;

function rawFrame(kind: number, body: Buffer): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(body.length + 1);
  frame.writeUInt8(kind, 4);
  return Buffer.concat([frame, body]);
}

/** The good peer is served as before, and nothing but its message reached the core. */
async function goesOn(t: Test, n1: Http2Transport, n2: Http2Transport): Promise<void> {
  const arrives = nextMessage(n1);
  n2.send('n1', READ);
  t.strictSame(await arrives, { from: 'n2', message: READ }, 'the good peer goes on');
}

function neverDelivers(t: Test, node: Http2Transport): void {
  node.onMessage = (from, { kind }) => t.fail(`a ${kind} of ${from} reached the core`);
  node.onForward = (from) => {
    t.fail(`a call of ${from} reached the driver`);
    return Promise.reject(new Error('no'));
  };
}

async function shakenHands(raw: RawStream): Promise<void> {
  raw.stream.write(encodeFrame('Handshake', HANDSHAKE));
  await raw.next();
}

t.test('strangers do not get through TLS', async (t) => {
  const { n1, n2 } = await openPair(t);
  neverDelivers(t, n1);
  const stranger = await makeKeys(t, ['n2'], 'stranger');
  const refused = () => n1.counters().refusals.tls;

  await rawSession(t, n1, {});
  await until(() => refused() === 1);
  await rawSession(t, n1, stranger.n2!);
  await until(() => refused() === 2);
  const plain = netConnect(n1.address.port, '127.0.0.1');
  plain.on('error', () => undefined);
  plain.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  await until(() => refused() === 3);
  plain.destroy();
  await goesOn(t, n1, n2);
});

t.test('TLS below 1.3 is not spoken', async (t) => {
  const { n1, keys } = await openPair(t);
  const { connect } = await import('node:tls');
  const socket = connect({
    host: '127.0.0.1',
    port: n1.address.port,
    cert: keys.n2!.certificate,
    key: keys.n2!.key,
    maxVersion: 'TLSv1.2',
    rejectUnauthorized: false,
  });
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  t.match(error.message, /protocol version/i);
  await until(() => n1.counters().refusals.tls === 1);
});

t.test('a certificate of our CA for another cluster or no member is refused', async (t) => {
  const { n1, n2, keys } = await openPair(t);
  neverDelivers(t, n1);
  const notMember = rawStream(await rawSession(t, n1, keys.n3!));
  let status = 0;
  notMember.stream.on('response', (headers) => {
    status = headers[':status'] ?? 0;
  });
  await until(() => n1.counters().refusals.unknown_sender === 1);
  await until(() => status === 403);
  const itself = rawStream(await rawSession(t, n1, keys.n1!));
  itself.stream.resume();
  await until(() => n1.counters().refusals.unknown_sender === 2);
  await goesOn(t, n1, n2);
});

t.test('a certificate whose names are not of this cluster is refused', async (t) => {
  const keys = await makeKeys(t, ['n1', 'n2']);
  const blind = await openNode(t, { ...keys.n1!, nodeOf: () => null });
  rawStream(await rawSession(t, blind, keys.n2!)).stream.resume();
  await until(() => blind.counters().refusals.wrong_certificate === 1);
  t.pass();
});

t.test('a peer is not taken for another that has its address', async (t) => {
  const { n1, n2 } = await openPair(t);
  neverDelivers(t, n2);
  n1.setMembers(configurationOf({ n1: n1.address.port, n3: n2.address.port }));
  await until(() => n1.counters().refusals.wrong_certificate > 0);
  t.equal(n1.counters().peers.n3?.reachable, false);
});

t.test('handshakes that are wrong', async (t) => {
  const { n1, n2, keys } = await openPair(t);
  neverDelivers(t, n1);
  const session = await rawSession(t, n1, keys.n2!);
  const wrong: [RefusalReason, Buffer][] = [
    ['wrong_cluster', encodeFrame('Handshake', { ...HANDSHAKE, cluster_id: 'other' })],
    ['wrong_version', encodeFrame('Handshake', { ...HANDSHAKE, protocol_version: 1 })],
    ['wrong_node', encodeFrame('Handshake', { ...HANDSHAKE, node_id: 'n3' })],
    ['malformed_handshake', encodeFrame('Handshake', { ...HANDSHAKE, features: [1] })],
    ['malformed_handshake', encodeFrame('Handshake', { ...HANDSHAKE, directory_id: '' })],
    ['malformed_handshake', encodeFrame('Handshake', { ...HANDSHAKE, directory_id: 7 })],
    [
      'malformed_handshake',
      encodeFrame('Handshake', { ...HANDSHAKE, directory_id: 'd'.repeat(300) }),
    ],
    ['malformed_handshake', encodeFrame('ReadIndexRequest', READ.body)],
    ['malformed', rawFrame(FRAME_KIND.Handshake, Buffer.from('garbage'))],
    ['oversized', encodeFrame('Handshake', { ...HANDSHAKE, padding: 'x'.repeat(9000) })],
    ['oversized', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ];
  for (const [reason, bytes] of wrong) {
    const before = n1.counters().refusals[reason];
    const raw = rawStream(session, 'other');
    raw.stream.write(Buffer.concat([bytes, encodeFrame('ReadIndexRequest', READ.body)]));
    t.equal((await raw.next())?.code, reason, 'the peer is told');
    t.equal(await raw.next(), null, 'and the stream ends');
    t.equal(n1.counters().refusals[reason], before + 1);
  }
  await goesOn(t, n1, n2);
});

t.test('frames that are wrong: refused one by one, the stream goes on', async (t) => {
  const { n1, n2, keys } = await openPair(t);
  neverDelivers(t, n1);
  const raw = rawStream(await rawSession(t, n1, keys.n2!), 'other');
  await shakenHands(raw);
  const append = {
    term: 1,
    leader_id: 'n3',
    prev_log_index: 0,
    prev_log_term: 0,
    entries: [],
    leader_commit: 0,
    read_round: 0,
  };
  const entry = { index: 1, term: 1, type: 0, command: Buffer.alloc((1 << 20) + 1) };
  const wrong: [RefusalReason, Buffer][] = [
    ['malformed', rawFrame(FRAME_KIND.VoteResponse, Buffer.from([0xc1, 0xff]))],
    ['schema', encodeFrame('VoteResponse', { term: -1, vote_granted: true, pre_vote: false })],
    ['wrong_sender', encodeFrame('AppendEntriesRequest', append)],
    ['unknown_kind', rawFrame(99, Buffer.from([0x80]))],
    [
      'oversized',
      encodeFrame('AppendEntriesRequest', { ...append, leader_id: 'n2', entries: [entry] }),
    ],
  ];
  for (const [reason, bytes] of wrong) {
    raw.stream.write(bytes);
    t.equal((await raw.next())?.code, reason);
    t.equal(n1.counters().refusals[reason], 1);
  }
  const arrives = nextMessage(n1);
  raw.stream.write(encodeFrame('ReadIndexRequest', READ.body));
  t.strictSame(await arrives, { from: 'n2', message: READ }, 'the stream goes on');
  await goesOn(t, n1, n2);
});

t.test('a refusal is not answered with a refusal', async (t) => {
  const { n1, keys } = await openPair(t);
  const raw = rawStream(await rawSession(t, n1, keys.n2!), 'other');
  await shakenHands(raw);
  raw.stream.write(encodeFrame('Refusal', { call_id: 0, code: 'schema', message: 'no' }));
  raw.stream.write(rawFrame(99, Buffer.from([0x80])));
  t.equal((await raw.next())?.code, 'unknown_kind');
  t.equal(n1.counters().refusals.by_peer, 1);
});

t.test('more calls than may run are refused', async (t) => {
  const { n1, keys } = await openPair(t, { maxForwardsInFlight: 3 });
  n1.onForward = () => new Promise(() => {});
  const raw = rawStream(await rawSession(t, n1, keys.n2!), 'other');
  await shakenHands(raw);
  const request = { client_id: 'c', request_id: 'r', command: Buffer.alloc(1) };
  for (let call_id = 1; call_id <= 4; call_id += 1) {
    raw.stream.write(encodeFrame('ForwardRequest', { call_id, ...request }));
  }
  t.match(await raw.next(), { call_id: 4, code: 'overloaded' });
});

t.test('an oversized and a truncated frame end the stream', async (t) => {
  const { n1, n2, keys } = await openPair(t);
  neverDelivers(t, n1);
  const session = await rawSession(t, n1, keys.n2!);
  const oversized = rawStream(session, 'other');
  await shakenHands(oversized);
  oversized.stream.write(Buffer.from([0x3f, 0xff, 0xff, 0xff, 3]));
  t.equal((await oversized.next())?.code, 'oversized');
  t.equal(await oversized.next(), null);

  const truncated = rawStream(session, 'other');
  await shakenHands(truncated);
  truncated.stream.end(encodeFrame('ReadIndexRequest', READ.body).subarray(0, 9));
  t.equal((await truncated.next())?.code, 'truncated');
  t.equal(await truncated.next(), null);
  t.match(n1.counters().refusals, { oversized: 1, truncated: 1 });
  await goesOn(t, n1, n2);
});

t.test('a refused peer is not logged more than once in a while', async (t) => {
  const keys = await makeKeys(t, ['n1', 'n2']);
  const { openTransport } = await import('./open-transport.ts');
  const warnings: string[] = [];
  const logger = {
    debug() {},
    info() {},
    warn: (_o: object, text?: string) => warnings.push(text ?? ''),
  };
  const n1 = await openTransport({
    self: {
      cluster_id: 'test',
      node_id: 'n1',
      directory_id: directoryIdOf('n1'),
      listen: { host: '127.0.0.1', port: 0 },
    },
    members: configurationOf({ n2: 1 }),
    keys: keys.n1!,
    logger,
  });
  t.teardown(() => n1.close());
  const raw = rawStream(await rawSession(t, n1, keys.n2!));
  await shakenHands(raw);
  for (let k = 0; k < 50; k += 1) raw.stream.write(rawFrame(99, Buffer.from([0x80])));
  await until(() => n1.counters().refusals.unknown_kind === 50);
  t.same(
    warnings.filter((text) => text.includes('kind')),
    ['refused: no frame has kind 99'],
  );
});
