import { ADMIN_PASSWORD, TestCluster } from '../../test/fixtures/cluster.ts';
import { checkEnd } from './check-end.ts';
import { playTerm } from './play-term.ts';

/**
 * `npm run example:term`: a term on three nodes, one of them dead for half of it, played by the
 * documented HTTP API alone. Exit code 1 when its gradebook is not what the model says.
 */
const undo: (() => unknown)[] = [];
try {
  const cluster = await TestCluster.start({ teardown: (run) => undo.push(run) });
  let dead = '';
  const played = await playTerm(
    {
      addresses: cluster.ids.map((id) => cluster.api(id)),
      adminPassword: ADMIN_PASSWORD,
      killLeader: async () => {
        dead = await cluster.leader();
        await cluster.kill(dead);
      },
      restart: () => cluster.restart(dead),
    },
    console.log,
  );
  const wrong = await checkEnd(played, console.log);
  for (const line of wrong) console.error(`WRONG     ${line}`);
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  for (const run of undo) await run();
}
