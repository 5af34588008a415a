import type { Configuration, Member, NodeId } from '../core/messages.ts';

/** Everybody in any role of the configuration, but not `self`. */
export function peersOf(configuration: Configuration, self: NodeId): Map<NodeId, Member> {
  const { voters, voters_outgoing, learners } = configuration;
  const peers = new Map<NodeId, Member>();
  for (const member of [...voters_outgoing, ...learners, ...voters]) {
    if (member.id !== self) peers.set(member.id, member);
  }
  return peers;
}
