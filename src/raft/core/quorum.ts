import { areIdentified } from './directories.ts';
import type { Configuration, Member, NodeId } from './messages.ts';

/**
 * Majorities. In a joint configuration every decision needs a majority of the incoming **and** of
 * the outgoing voters (thesis §4.3).
 */

export function isVoter(configuration: Configuration, id: NodeId): boolean {
  return (
    configuration.voters.some((member) => member.id === id) ||
    configuration.voters_outgoing.some((member) => member.id === id)
  );
}

/** Everyone who gets the log, each once. */
export function memberIds(configuration: Configuration): NodeId[] {
  const { voters, voters_outgoing: outgoing, learners } = configuration;
  return [...new Set([...voters, ...outgoing, ...learners].map((member) => member.id))];
}

/** Whether those for whom `agrees` holds are a majority. Nobody is no majority. */
export function hasQuorum(configuration: Configuration, agrees: (id: NodeId) => boolean): boolean {
  const { voters, voters_outgoing: outgoing } = configuration;
  return isMajority(voters, agrees) && (outgoing.length === 0 || isMajority(outgoing, agrees));
}

/**
 * Whether those for whom `agrees` holds elect a leader. As long as the directories of the voters are not
 * known, one that lost its own could not be told from one that never had any: then all have to agree.
 */
export function isElected(configuration: Configuration, agrees: (id: NodeId) => boolean): boolean {
  if (areIdentified(configuration)) return hasQuorum(configuration, agrees);
  const { voters, voters_outgoing: outgoing } = configuration;
  return [...voters, ...outgoing].every((member) => agrees(member.id));
}

/** The highest value that a majority has reached: the commit rule, and the contact of a quorum. */
export function quorumValue(
  configuration: Configuration,
  reachedBy: (id: NodeId) => number,
): number {
  const { voters, voters_outgoing: outgoing } = configuration;
  const incoming = majorityValue(voters, reachedBy);
  return outgoing.length === 0 ? incoming : Math.min(incoming, majorityValue(outgoing, reachedBy));
}

function isMajority(voters: readonly Member[], agrees: (id: NodeId) => boolean): boolean {
  return voters.filter((member) => agrees(member.id)).length > voters.length / 2;
}

function majorityValue(voters: readonly Member[], reachedBy: (id: NodeId) => number): number {
  if (voters.length === 0) return Number.NEGATIVE_INFINITY;
  const values = voters.map((member) => reachedBy(member.id)).sort((a, b) => b - a);
  return values[Math.floor(voters.length / 2)] as number;
}
