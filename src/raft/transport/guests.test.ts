import pino from 'pino';
import t, { type Test } from 'tap';
import { directoryIdOf } from '../../../test/fixtures/directory-id.ts';
import { freePorts } from '../../../test/fixtures/free-ports.ts';
import type { NodeKeys } from '../../pki/load-node-keys.ts';
import type { Configuration } from '../core/messages.ts';
import type { Http2Transport } from './http2-transport.ts';
import type { TransportLimits } from './limits.ts';
import { openTransport } from './open-transport.ts';
import { configurationOf, makeKeys, nextMessage, reachable, until } from './test-nodes.ts';

const READ = { kind: 'ReadIndexRequest', body: { term: 1, request_id: 'r1' } } as const;
/** Longer than any test. */
const farewellMs = 600_000;

/** A node that says where it listens, and has no members yet. */
async function open(
  t: Test,
  keys: NodeKeys,
  port: number,
  limits: Partial<TransportLimits>,
): Promise<Http2Transport> {
  const { cluster_id, node_id } = keys;
  const raft = `127.0.0.1:${port}`;
  const node = await openTransport({
    self: {
      cluster_id,
      node_id,
      directory_id: directoryIdOf(node_id),
      raft,
      listen: { host: '127.0.0.1', port },
    },
    members: configurationOf({}),
    keys,
    logger: pino({ level: 'silent' }),
    limits: { farewellMs, backoffMinMs: 5, backoffMaxMs: 20, ...limits },
  });
  t.teardown(() => node.close());
  return node;
}

async function openThree(t: Test, limits: Partial<TransportLimits> = {}) {
  const keys = await makeKeys(t, ['n1', 'n2', 'n3']);
  const [p1 = 0, p2 = 0, p3 = 0] = await freePorts(3);
  const nodes = [
    await open(t, keys.n1!, p1, limits),
    await open(t, keys.n2!, p2, limits),
    await open(t, keys.n3!, p3, limits),
  ] as const;
  return { nodes, ports: { n1: p1, n2: p2, n3: p3 } };
}

t.test('a leader that this node does not know yet reaches it, and is answered', async (t) => {
  const { nodes, ports } = await openThree(t);
  const [knows, lagging] = nodes;
  const up = Promise.all([reachable(knows, 'n2', true), reachable(lagging, 'n1', true)]);
  knows.setMembers(configurationOf({ n1: ports.n1, n2: ports.n2 }));
  await up;
  const arrives = nextMessage(lagging);
  knows.send('n2', READ);
  t.strictSame(await arrives, { from: 'n1', message: READ });
  const answered = nextMessage(knows);
  lagging.send('n1', READ);
  t.strictSame(await answered, { from: 'n2', message: READ });

  lagging.handle('/', () => Promise.resolve({ status: 200 }));
  const asked = knows.request('n2', { method: 'GET', path: '/' });
  t.equal((await asked).status, 403, 'but what is for members is not for it');
  lagging.setMembers(configurationOf(ports));
  t.equal(lagging.counters().peers.n1?.reachable, true, 'it is a member now, by the same link');
  t.equal(lagging.counters().peers.n1?.reconnects, 0);
  await until(() => lagging.counters().refusals.unknown_sender === 1);
});

t.test('a configuration of the past does not cut the leader off that sends it', async (t) => {
  const { nodes, ports } = await openThree(t);
  const [leader, joiner] = nodes;
  const up = Promise.all([reachable(leader, 'n2', true), reachable(joiner, 'n1', true)]);
  leader.setMembers(configurationOf(ports));
  joiner.setMembers(configurationOf(ports));
  await up;
  joiner.setMembers(configurationOf({ n3: ports.n3 }));
  t.equal(joiner.counters().peers.n1?.reachable, true);
  const arrives = nextMessage(joiner);
  leader.send('n2', READ);
  t.strictSame(await arrives, { from: 'n1', message: READ });
});

/** Of three that are connected, the first two; `without` is the configuration that n2 has left. */
async function openLeaving(t: Test, limits: Partial<TransportLimits> = {}) {
  const { nodes, ports } = await openThree(t, limits);
  const [stays, leaves] = nodes;
  const up = Promise.all([reachable(stays, 'n2', true), reachable(leaves, 'n1', true)]);
  for (const node of nodes) node.setMembers(configurationOf(ports));
  await up;
  const without: Configuration = {
    ...configurationOf({ n1: ports.n1, n3: ports.n3 }),
    removed: ['n2'],
  };
  return { stays, leaves, without };
}

t.test('who was removed is spoken to for a while', async (t) => {
  const { stays, leaves, without } = await openLeaving(t);
  stays.setMembers(without);
  const arrives = nextMessage(leaves);
  stays.send('n2', READ);
  t.strictSame(await arrives, { from: 'n1', message: READ }, 'it hears of its removal');
  const answered = nextMessage(stays);
  leaves.send('n1', READ);
  t.strictSame(await answered, { from: 'n2', message: READ });
});

t.test('after that it is refused and told why', async (t) => {
  const { stays, leaves, without } = await openLeaving(t, { farewellMs: 1 });
  const toldBy = new Promise((resolve) => {
    leaves.onToldRemoved = resolve;
  });
  const down = reachable(leaves, 'n1', false);
  stays.setMembers(without);
  await until(() => stays.counters().peers.n2 === undefined);
  await down;
  stays.onMessage = (from) => t.fail(`a message of ${from} reached the core`);
  await until(() => stays.counters().refusals.removed_sender > 0);
  await until(() => leaves.counters().refusals.by_peer > 0);
  t.equal(await toldBy, 'n1');
  stays.setMembers(without);
  t.equal(stays.counters().peers.n2, undefined, 'nor is it taken for a guest');
});
