import type { NodeId } from '../../src/raft/core/messages.ts';
import { isQuorum } from './member-track.ts';
import { check } from './violation.ts';
import type { Watched } from './watched.ts';

/**
 * A majority has it on its disks, and who does not have it could not win an election, as the logs are
 * now: this is what makes a commit final, and it shows the mistake of Figure 8 before it costs anything.
 */
export function checkFinal(id: NodeId, node: Watched, watched: ReadonlyMap<NodeId, Watched>): void {
  const { commit } = node.core;
  const hash = node.written.hashAt(commit);
  const holds = (holder: NodeId): boolean => {
    return watched.get(holder)?.durable.hashAt(commit) === hash;
  };
  const held = node.members.deciding.some((configuration) => isQuorum(configuration, holds));
  check(held, 'CommitDurable', `${id} commits ${commit}, which no majority holds durably`);
  for (const [candidate, { written, members }] of watched) {
    if (written.hashAt(commit) === hash) continue;
    const votes = (voter: NodeId): boolean => {
      const durable = watched.get(voter)?.durable;
      return durable !== undefined && !durable.isNewerThan(written);
    };
    const lost = `${id} commits ${commit}, and ${candidate} could be elected without it`;
    check(!isQuorum(members.latest.configuration, votes), 'CommitIsFinal', lost);
  }
}
