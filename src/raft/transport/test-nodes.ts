import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import pino from 'pino';
import type { Test } from 'tap';
import { directoryIdOf } from '../../../test/fixtures/directory-id.ts';
import { createClusterKeys } from '../../pki/create-cluster-keys.ts';
import { loadNodeKeys, type NodeKeys } from '../../pki/load-node-keys.ts';
import type { Configuration, Message, NodeId } from '../core/messages.ts';
import { decode } from './codec.ts';
import { FrameReader } from './frames.ts';
import type { Http2Transport } from './http2-transport.ts';
import { LANE_HEADER, STREAM_PATH } from './lanes.ts';
import type { TransportLimits } from './limits.ts';
import { openTransport } from './open-transport.ts';

export const CLUSTER = 'test';

/** Keys of a cluster in a folder of the test. */
export async function makeKeys(
  t: Test,
  ids: readonly NodeId[],
  cluster_id = CLUSTER,
): Promise<Record<NodeId, NodeKeys>> {
  const folder = join(t.testdir(), `pki-${cluster_id}`);
  await createClusterKeys(folder, cluster_id, ids);
  const pairs = ids.map(async (id) => [id, await loadNodeKeys(folder, id)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

export function configurationOf(ports: Readonly<Record<NodeId, number>>): Configuration {
  const voters = Object.entries(ports).map(([id, port]) => ({
    id,
    raft: `127.0.0.1:${port}`,
    api: '',
  }));
  return { voters, voters_outgoing: [], learners: [] };
}

export async function openNode(
  t: Test,
  keys: NodeKeys,
  limits: Partial<TransportLimits> = {},
  port = 0,
): Promise<Http2Transport> {
  const { cluster_id, node_id } = keys;
  const node = await openTransport({
    self: {
      cluster_id,
      node_id,
      directory_id: directoryIdOf(node_id),
      listen: { host: '127.0.0.1', port },
    },
    members: configurationOf({}),
    keys,
    logger: pino({ level: 'silent' }),
    limits,
  });
  t.teardown(() => node.close());
  return node;
}

/** Two nodes that know each other, both links up. */
export async function openPair(t: Test, limits: Partial<TransportLimits> = {}) {
  const keys = await makeKeys(t, ['n1', 'n2', 'n3']);
  const n1 = await openNode(t, keys.n1!, limits);
  const n2 = await openNode(t, keys.n2!, limits);
  const configuration = configurationOf({ n1: n1.address.port, n2: n2.address.port });
  const up = Promise.all([reachable(n1, 'n2', true), reachable(n2, 'n1', true)]);
  n1.setMembers(configuration);
  n2.setMembers(configuration);
  await up;
  return { n1, n2, keys, configuration };
}

/** The next change of a peer to that state. */
export function reachable(node: Http2Transport, peer: NodeId, state: boolean): Promise<void> {
  return new Promise((resolve) => {
    const before = node.onReachable;
    node.onReachable = (id, now) => {
      before(id, now);
      if (id !== peer || now !== state) return;
      node.onReachable = before;
      resolve();
    };
  });
}

export function nextMessage(node: Http2Transport): Promise<{ from: NodeId; message: Message }> {
  return new Promise((resolve) => {
    node.onMessage = (from, message) => resolve({ from, message });
  });
}

/** A session as an attacker or a tool would open it, with keys that need not be right. */
export async function rawSession(
  t: Test,
  node: Http2Transport,
  keys: Partial<NodeKeys>,
): Promise<ClientHttp2Session> {
  const session = connect(`https://127.0.0.1:${node.address.port}`, {
    ...(keys.certificate === undefined ? {} : { cert: keys.certificate, key: keys.key }),
    rejectUnauthorized: false,
  });
  session.on('error', () => undefined);
  t.teardown(() => session.destroy());
  await new Promise<void>((resolve) => {
    session.once('connect', () => resolve());
    session.once('close', () => resolve());
  });
  return session;
}

export interface RawStream {
  readonly stream: ClientHttp2Stream;
  /** Bodies of the frames that came, oldest first; null once the stream closed. */
  readonly next: () => Promise<Record<string, unknown> | null>;
}

export function rawStream(session: ClientHttp2Session, lane = 'bulk'): RawStream {
  const stream = session.request(
    { ':method': 'POST', ':path': STREAM_PATH, [LANE_HEADER]: lane },
    { endStream: false },
  );
  const came: (Record<string, unknown> | null)[] = [];
  let wake = () => {};
  const push = (body: Record<string, unknown> | null) => {
    came.push(body);
    wake();
  };
  const reader = new FrameReader(1 << 24, (_kind, body) => push(decode(body)));
  stream.on('error', () => undefined);
  stream.on('response', (headers) => {
    if (headers[':status'] === 200) stream.on('data', (chunk: Buffer) => reader.push(chunk));
    else stream.resume();
  });
  stream.on('close', () => push(null));
  const next = async () => {
    while (came.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return came[0] === null ? null : (came.shift() ?? null);
  };
  return { stream, next };
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A unary call, as any MessagePack and HTTP/2 library would make it. */
export function call(
  session: ClientHttp2Session,
  path: string,
  body: Buffer,
  headers: Record<string, string> = { 'content-type': 'application/msgpack' },
): Promise<Answer> {
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
  stream.end(body);
  return new Promise((resolve, reject) => {
    let status = 0;
    const parts: Buffer[] = [];
    stream.on('error', reject);
    stream.on('response', (response) => {
      status = response[':status'] ?? 0;
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      if (status === 0) reject(new Error('no response'));
      else resolve({ status, body: decode(Buffer.concat(parts)) });
    });
  });
}

export interface Proxy {
  readonly port: number;
  readonly sockets: Set<Socket>;
  /** Resets all connections. */
  readonly cut: () => void;
}

/** A TCP proxy whose connections the test can break. */
export async function openProxy(t: Test, targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = netConnect(targetPort, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  t.teardown(() => {
    cut();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, sockets, cut };
}

/** For what raises no event: looks again until it is so; the test's own timeout ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
