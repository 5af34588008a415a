import type { Logger } from 'pino';
import type { ClusterFile, ClusterNode } from './cluster-file.ts';
import type { Beginning } from './data-folder.ts';
import type { Configuration, Member } from './raft/core/messages.ts';

/** What the log of a node begins with, by its first start. @param joinIndex of a node that joins */
export function beginningOf(file: ClusterFile, joinIndex: number | null): Beginning {
  if (joinIndex !== null) return { first_members: [], join_index: joinIndex };
  return { first_members: file.nodes.map(memberOf), join_index: 0 };
}

/**
 * Before anything is in the log, the first members are where the file says now, so that a wrong address can
 * be put right: none of them has heard of another one. Who they are stays as it was.
 */
export function whereFirstMembersAre(beginning: Beginning, file: ClusterFile): Beginning {
  const at = new Map(file.nodes.map((node) => [node.id, memberOf(node)]));
  const first_members = beginning.first_members.map((member) => at.get(member.id) ?? member);
  return { ...beginning, first_members };
}

/** The members are what the log says: what was edited in a file since must not be believed in silence. */
export function reportOtherMembers(
  { first_members }: Beginning,
  file: ClusterFile,
  logger: Logger,
): void {
  if (first_members.length === 0) return;
  const first = new Set(first_members.map(({ id }) => id));
  const named = new Set(file.nodes.map(({ id }) => id));
  const others = [...first.symmetricDifference(named)];
  if (others.length === 0) return;
  logger.warn(
    { others },
    "cluster.json names other nodes than at this node's first start; that changes nothing: members " +
      "come and go with 'lms-admin add-node' and 'lms-admin remove-node'",
  );
}

export function configurationOf(voters: readonly Member[]): Configuration {
  return { voters, voters_outgoing: [], learners: [] };
}

export function memberOf({ id, raft, api }: ClusterNode): Member {
  return { id, raft, api };
}

export function namesOf({ voters, learners }: Configuration) {
  return { voters: voters.map(({ id }) => id), learners: learners.map(({ id }) => id) };
}
