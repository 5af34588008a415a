import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { directoryIdOf } from '../../test/fixtures/directory-id.ts';
import { clusterOf, MemoryNetwork, startMember } from '../../test/fixtures/memory-raft.ts';

// Time stands still: neither an election nor the pause before another question ever begins or ends.
t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

/** Leads `n1` as `n2`, by hand; nothing was ever written. */
function leaderOn(network: MemoryNetwork) {
  const port = network.attach('n2', directoryIdOf('n2'));
  let answered = () => {};
  port.onMessage = (from, { kind, body }) => {
    if (kind === 'AppendEntriesResponse') answered();
    if (kind !== 'ReadIndexRequest') return;
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
    /** Resolves when it is answered. */
    beat: () =>
      new Promise<void>((resolve) => {
        answered = resolve;
        port.send('n1', { kind: 'AppendEntriesRequest', body: heartbeat });
      }),
  };
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
