import t from 'tap';
import type { InstallSnapshotRequest } from '../core/messages.ts';
import { bytesOf, partOf } from '../snapshot/test-snapshots.ts';
import { encode } from './codec.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { call, openPair, rawSession } from './test-nodes.ts';
import { checkedInstallSnapshot } from './validate-snapshot.ts';

const MIB = 1 << 20;
const deadlineMs = 10_000;

t.test('a part goes over as it is, and its answer comes back', async (t) => {
  const { n1, n2 } = await openPair(t);
  const part = partOf(bytesOf(3, 2 * MIB), MIB / 2, MIB);
  const came: [string, InstallSnapshotRequest][] = [];
  n2.onInstallSnapshot = (from, request) => {
    came.push([from, { ...request, data: Uint8Array.from(request.data) }]);
    return Promise.resolve({ term: 3, next_offset: request.offset + request.data.length });
  };
  const answer = await n1.installSnapshot('n2', part, deadlineMs);
  t.same(answer, { term: 3, next_offset: MIB / 2 + MIB });
  t.equal(came[0]?.[0], 'n1');
  t.same(came[0]?.[1], part);
});

t.test(
  'a receiver that cannot take it, is away or does not answer: an error says so',
  async (t) => {
    const { n1, n2 } = await openPair(t);
    const part = partOf(bytesOf(3, 100), 0, 100);
    n2.onInstallSnapshot = () => Promise.reject(new Error('the disk is full'));
    await t.rejects(n1.installSnapshot('n2', part, deadlineMs), {
      name: 'TransportError',
      code: 'refused',
      message: /the disk is full/,
    });
    n2.onInstallSnapshot = () => new Promise(() => undefined);
    await t.rejects(n1.installSnapshot('n2', part, 100), { name: 'TransportError', sent: true });
    await t.rejects(n1.installSnapshot('n9', part, deadlineMs), { code: 'unreachable' });
    await n2.close();
    await t.rejects(n1.installSnapshot('n2', part, deadlineMs), { name: 'TransportError' });
  },
);

t.test('nobody sends a snapshot in the name of another', async (t) => {
  const { n1, keys } = await openPair(t);
  n1.onInstallSnapshot = () => {
    t.fail('it must not come so far');
    return Promise.resolve({ term: 0, next_offset: 0 });
  };
  const session = await rawSession(t, n1, keys.n2!);
  const part = partOf(bytesOf(3, 100), 0, 100, { leader_id: 'n3' });
  const answer = await call(session, '/raft.v1.Raft/InstallSnapshot', encode(part));
  t.match(answer, { status: 403, body: { code: 'wrong_sender' } });
});

t.test('what is no part of a snapshot is refused', (t) => {
  const good = partOf(bytesOf(3, 100), 0, 100);
  const check = (change: object) =>
    checkedInstallSnapshot({ ...good, ...change }, 'n1', DEFAULT_LIMITS);
  t.same(check({}), good);
  t.same(check({ unknown: 1 }), good, 'unknown fields pass');
  for (const change of [
    { term: -1 },
    { leader_id: '' },
    { last_included_index: 0 },
    { last_included_index: 1.5 },
    { last_included_term: 9 },
    { configuration: null },
    { configuration: { voters: 1 } },
    {
      configuration: {
        voters: [{ id: 'x'.repeat(300), raft: '', api: '' }],
        voters_outgoing: [],
        learners: [],
      },
    },
    {
      configuration: {
        voters: Array.from({ length: 100 }, () => ({ id: 'a', raft: 'b', api: 'c' })),
        voters_outgoing: [],
        learners: [],
      },
    },
    { configuration_index: '1' },
    { offset: -1 },
    { data: 'text' },
    { chunk_crc: Buffer.alloc(3) },
    { done: 1 },
    { digest: Buffer.alloc(31) },
  ]) {
    t.throws(() => check(change), { name: 'Refused', reason: 'schema' }, JSON.stringify(change));
  }
  t.end();
});
