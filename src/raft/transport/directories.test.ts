import t from 'tap';
import { directoryIdOf } from '../../../test/fixtures/directory-id.ts';
import type { Configuration, NodeId } from '../core/messages.ts';
import { encode } from './codec.ts';
import type { Http2Transport } from './http2-transport.ts';
import { DIRECTORY_HEADER } from './rpc.ts';
import {
  call,
  configurationOf,
  makeKeys,
  openNode,
  openPair,
  rawSession,
  until,
} from './test-nodes.ts';

const READ = { kind: 'ReadIndexRequest', body: { term: 1, request_id: 'r1' } } as const;
const MSGPACK = { 'content-type': 'application/msgpack' };

/** The same members, of which `id` is known by `directory_id`. */
function knowing(members: Configuration, id: NodeId, directory_id: string): Configuration {
  const voters = members.voters.map((one) => (one.id === id ? { ...one, directory_id } : one));
  return { ...members, voters };
}

function told(node: Http2Transport): Promise<NodeId> {
  return new Promise((resolve) => {
    node.onToldOtherDirectory = resolve;
  });
}

function directoryOfNext(node: Http2Transport): Promise<string | null> {
  return new Promise((resolve) => {
    node.onMessage = (_from, _message, directoryId) => resolve(directoryId);
  });
}

t.test('a message comes with the directory of its sender', async (t) => {
  const { n1, n2, configuration } = await openPair(t);
  n1.setMembers(knowing(configuration, 'n2', directoryIdOf('n2')));
  const came = directoryOfNext(n1);
  n2.send('n1', READ);
  t.equal(await came, directoryIdOf('n2'));
});

t.test('a call says it in a header, or not at all', async (t) => {
  const { n1, keys } = await openPair(t, { unaryTimeoutMs: 20 });
  const session = await rawSession(t, n1, keys.n2!);
  for (const directory of ['some-folder', null]) {
    const came = directoryOfNext(n1);
    const headers = directory === null ? MSGPACK : { ...MSGPACK, [DIRECTORY_HEADER]: directory };
    await call(session, '/raft.v1.Raft/ReadIndex', encode(READ.body), headers);
    t.equal(await came, directory);
  }
});

t.test('who has another directory than the member of its name is refused, and told', async (t) => {
  const { n1, n2, configuration } = await openPair(t);
  n2.setMembers({ ...configuration, voters: [] });
  const why = told(n2);
  n1.setMembers(knowing(configuration, 'n2', 'the lost one'));
  n1.onMessage = (from) => t.fail(`a message of ${from} reached the core`);
  n2.setMembers(configuration);
  t.equal(await why, 'n1');
  t.ok(n1.counters().refusals.other_directory > 0);
  n2.send('n1', READ);
  t.not(n2.counters().peers.n1?.reachable, true);
});

t.test('the same when it is dialled, before anything is said to it', async (t) => {
  const keys = await makeKeys(t, ['n1', 'n2']);
  const n1 = await openNode(t, keys.n1!);
  const n2 = await openNode(t, keys.n2!);
  const configuration = configurationOf({ n1: n1.address.port, n2: n2.address.port });
  // It lets the other in, and does not reach it itself.
  n2.setMembers(configurationOf({ n1: 1 }));
  const why = told(n2);
  n2.onMessage = (from) => t.fail(`a message of ${from} reached the core`);
  n1.setMembers(knowing(configuration, 'n2', 'the lost one'));
  t.equal(await why, 'n1');
  t.not(n1.counters().peers.n2?.reachable, true);
});

t.test('also when it is connected already as that becomes known', async (t) => {
  const { n1, n2, configuration } = await openPair(t);
  const why = told(n2);
  n1.setMembers(knowing(configuration, 'n2', 'the lost one'));
  t.equal(await why, 'n1');
  t.ok(n1.counters().refusals.other_directory > 0);
});

t.test('a node that moves with its directory stays who it was', async (t) => {
  const { n1, n2, keys, configuration } = await openPair(t);
  await n2.close();
  const moved = await openNode(t, keys.n2!);
  const port = moved.address.port;
  const voters = configuration.voters.map((one) => {
    return one.id === 'n2' ? { ...one, raft: `127.0.0.1:${port}` } : one;
  });
  const members = knowing({ ...configuration, voters }, 'n2', directoryIdOf('n2'));
  n1.setMembers(members);
  moved.setMembers(members);
  await until(() => n1.counters().peers.n2?.reachable === true);
  const came = directoryOfNext(n1);
  await until(() => moved.counters().peers.n1?.reachable === true);
  moved.send('n1', READ);
  t.equal(await came, directoryIdOf('n2'));
  t.equal(n1.counters().refusals.other_directory, 0);
});
