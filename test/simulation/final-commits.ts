import type { Member, NodeId } from '../../src/raft/core/messages.ts';
import type { Lives } from './lives.ts';
import { elects, isMember, isQuorum } from './member-track.ts';
import { check } from './violation.ts';
import type { Watched } from './watched.ts';

/**
 * A majority has it on its disks, and who does not have it could not win an election, as the logs are
 * now: this is what makes a commit final, and it shows the mistake of Figure 8 before it costs anything.
 * Who lost its folder since had it on its disk, and can elect nobody without it.
 */
export function checkFinal(id: NodeId, node: Watched, watched: Lives): void {
  const { commit } = node.core;
  const hash = node.written.hashAt(commit);
  const holds = (member: Member): boolean => {
    return watched.of(member).some(({ durable }) => durable.hashAt(commit) === hash);
  };
  const held = node.members.deciding.some((configuration) => isQuorum(configuration, holds));
  check(held, 'CommitDurable', `${id} commits ${commit}, which no majority holds durably`);
  for (const [candidate, { written, members }] of watched) {
    if (written.hashAt(commit) === hash) continue;
    const votes = (voter: Member): boolean => {
      const node = watched.get(voter.id);
      if (node === undefined || !isMember(voter, node.directory)) return false;
      return !node.durable.isNewerThan(written);
    };
    const lost = `${id} commits ${commit}, and ${candidate} could be elected without it`;
    check(!elects(members.latest.configuration, votes), 'CommitIsFinal', lost);
  }
}
