import type { ConsensusStatus } from './ports.ts';

/**
 * Why there is no leader yet in a cluster that is new, or of an earlier version, as far as this node knows
 * (`src/raft/core/directories.ts` says why). `null`: that is not the reason.
 */
export function whyNotFounded({ founding, leader_id, members, node_id }: ConsensusStatus) {
  if (!founding || leader_id !== null) return null;
  const absent = members.filter(({ id, reachable }) => id !== node_id && !reachable);
  const who = absent.map(({ id }) => id).join(', ');
  return (
    'The nodes of this cluster do not know yet which data folder each of them has: all must be up ' +
    `together once before it goes on${who === '' ? '.' : `: ${who} cannot be reached yet.`}`
  );
}
