import type { ConsensusStatus } from './ports.ts';

/**
 * Why there is no leader yet in a new cluster, as far as this node knows: all of the first nodes must have
 * been up together once (`src/raft/core/directories.ts` says why). `null`: that is not the reason.
 */
export function whyNotFounded({ founding, leader_id, members, node_id }: ConsensusStatus) {
  if (!founding || leader_id !== null) return null;
  const absent = members.filter(({ id, reachable }) => id !== node_id && !reachable);
  const who = absent.map(({ id }) => id).join(', ');
  return (
    'The first nodes of a cluster must all be up together once, before it takes its first write' +
    (who === '' ? '.' : `: ${who} cannot be reached yet.`)
  );
}
