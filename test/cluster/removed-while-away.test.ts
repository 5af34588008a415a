import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { DEFAULT_LIMITS } from '../../src/raft/transport/limits.ts';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { TestCluster } from '../fixtures/cluster.ts';

t.setTimeout(120_000);

t.test('a node that was removed while it was away ends, and says why', async (t) => {
  const cluster = await TestCluster.start(t);
  const leader = await cluster.leader();
  const away = cluster.ids.find((id) => id !== leader) ?? '';
  await cluster.kill(away);
  await lmsAdmin('remove-node', '--url', cluster.api(leader), '--id', away);
  // Until then the others would still tell it the log.
  await sleep(DEFAULT_LIMITS.farewellMs);
  const node = cluster.launch(away);
  t.same(await node.exited, { code: 1, signal: null });
  t.match(
    node.stderr,
    /node n\d was removed from the cluster.*take it out of cluster\.json.*delete/,
  );
  t.notMatch(node.stderr, /\n/, 'one line');
});
