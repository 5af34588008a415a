import { EventEmitter, once } from 'node:events';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { directoryIdOf } from '../../test/fixtures/directory-id.ts';
import { MemoryNetwork } from '../../test/fixtures/memory-network.ts';
import { clusterOf, startMember } from '../../test/fixtures/memory-raft.ts';

// Time stands still: neither an election nor the pause before another question ever begins or ends.
t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

/** Leads `n1` as `n2`, by hand; nothing was ever written. */
function leaderOn(network: MemoryNetwork) {
  const port = network.attach('n2', directoryIdOf('n2'));
  let answered = () => {};
  let questions = 0;
  port.onMessage = (from, { kind, body }) => {
    if (kind === 'AppendEntriesResponse') answered();
    if (kind !== 'ReadIndexRequest') return;
    questions += 1;
    const { request_id } = body;
    port.send(from, { kind: 'ReadIndexResponse', body: { request_id, term: 1, read_index: 0 } });
  };
  const heartbeat = {
    term: 1,
    leader_id: 'n2',
    prev_log_index: 0,
    prev_log_term: 0,
    entries: [],
    leader_commit: 0,
    read_round: 0,
  };
  return {
    /** How often it was asked for a read index. */
    get questions() {
      return questions;
    },
    /** Resolves when it is answered. */
    beat: () =>
      new Promise<void>((resolve) => {
        answered = resolve;
        port.send('n1', { kind: 'AppendEntriesRequest', body: heartbeat });
      }),
  };
}

/** Follows `n1` as `n2`, by hand. */
function followerOf(network: MemoryNetwork) {
  const port = network.attach('n2', directoryIdOf('n2'));
  const said = new EventEmitter();
  port.onMessage = (from, { kind, body }) => {
    if (kind === 'VoteRequest') {
      const { term, pre_vote } = body;
      port.send(from, { kind: 'VoteResponse', body: { term, pre_vote, vote_granted: true } });
    }
    if (kind !== 'AppendEntriesRequest') return;
    const { term, prev_log_index, entries, read_round, leader_commit } = body;
    const match_index = prev_log_index + entries.length;
    const answer = { term, success: true, match_index, conflict_index: 0, conflict_term: 0 };
    port.send(from, { kind: 'AppendEntriesResponse', body: { ...answer, read_round } });
    said.emit(String(leader_commit));
  };
  return Object.assign(port, {
    /** Resolves when the leader says that so much is committed. */
    told: (commit: number) => once(said, String(commit)),
  });
}

t.test('a read that found no leader goes on as soon as there is one', async (t) => {
  const network = new MemoryNetwork();
  const { node } = await startMember(clusterOf(['n1', 'n2'], network, t.testdir()), 'n1');
  const leader = leaderOn(network);
  const read = t.resolves(node.readBarrier(60_000));
  await turn();
  await leader.beat();
  // What was asked after the first is answered along with the second.
  await leader.beat();
  await node.close();
  await read;
});

t.test('who waits for an entry that is news to its node asks the leader for it', async (t) => {
  const network = new MemoryNetwork();
  const { node } = await startMember(clusterOf(['n1', 'n2'], network, t.testdir()), 'n1');
  const leader = leaderOn(network);
  await leader.beat();
  const waiting = t.rejects(node.waitApplied(1, 60_000), { code: 'closed' });
  await leader.beat();
  t.equal(leader.questions, 1);
  await node.waitApplied(0, 60_000);
  await leader.beat();
  t.equal(leader.questions, 1, 'nothing to ask for');
  await node.close();
  await waiting;
});

t.test('a node that forwarded a command hears of its commit at once', async (t) => {
  const network = new MemoryNetwork();
  const { node } = await startMember(clusterOf(['n1', 'n2'], network, t.testdir()), 'n1');
  await leaderOn(network).beat();
  const follower = followerOf(network);
  follower.send('n1', { kind: 'TimeoutNowRequest', body: { term: 1, leader_id: 'n2' } });
  await follower.told(0);
  const { index } = await follower.forward('n1', {
    client_id: 'n2',
    request_id: 'x',
    command: Buffer.from('x'),
  });
  await follower.told(index);
  await node.close();
});
