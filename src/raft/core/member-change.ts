import { maxMembers } from './limits.ts';
import type { Configuration, Member, NodeId } from './messages.ts';
import { isVoter, memberIds } from './quorum.ts';

/** What an administrator asks for. Asking again for what is so already changes nothing. */
export type MemberChange =
  /** As a learner, which becomes a voter by itself once it is caught up. */
  | { readonly kind: 'add'; readonly member: Member }
  | { readonly kind: 'remove'; readonly id: NodeId }
  /** `member` comes in as a learner; `id` leaves in the same step in which it is promoted. */
  | { readonly kind: 'replace'; readonly id: NodeId; readonly member: Member }
  /** Other addresses, same identity. */
  | { readonly kind: 'update'; readonly member: Member };

export type ChangeRefusal =
  | 'not_leader'
  /** The leader has not committed an entry of its term yet: ask again in a moment. */
  | 'not_ready'
  | 'in_progress'
  /** Fewer voters that answer than a majority of the new configuration would be left. */
  | 'unsafe'
  | 'unknown_member'
  | 'already_member'
  | 'removed_id'
  | 'address_taken'
  | 'too_many'
  | 'last_voter';

/**
 * The configuration that a change begins with: learners come, go and move at once; when voters leave
 * it is the joint one. `null`: nothing is left to do.
 */
export function begin(
  configuration: Configuration,
  change: MemberChange,
): Configuration | ChangeRefusal | null {
  switch (change.kind) {
    case 'add':
      return add(configuration, change.member);
    case 'remove':
      return remove(configuration, change.id);
    case 'replace':
      return replace(configuration, change.id, change.member);
    case 'update':
      return update(configuration, change.member);
  }
}

/**
 * Learners become voters, and whom they replace leaves: the joint configuration.
 * @param directories of those that are promoted
 */
export function promote(
  configuration: Configuration,
  directories: ReadonlyMap<NodeId, string>,
): Configuration {
  const { voters, learners } = configuration;
  const promoted = learners.filter((one) => directories.has(one.id));
  const leaving = new Set(promoted.map((one) => one.replaces));
  const asVoter = ({ id, raft, api }: Member): Member => {
    return { id, raft, api, directory_id: directories.get(id) as string };
  };
  return {
    ...configuration,
    voters: [...voters.filter((one) => !leaving.has(one.id)), ...promoted.map(asVoter)],
    voters_outgoing: voters,
    learners: learners.filter((one) => !directories.has(one.id)),
  };
}

/** The end of a joint configuration: whoever is only in its outgoing half has left for ever. */
export function finish(configuration: Configuration): Configuration {
  const { voters, voters_outgoing: outgoing } = configuration;
  const gone = outgoing.filter((one) => !voters.some((stays) => stays.id === one.id));
  return {
    ...withRemoved(
      configuration,
      gone.map((one) => one.id),
    ),
    voters_outgoing: [],
  };
}

/** Whether `configuration` is what `change` asked for, to its end. */
export function isDone(configuration: Configuration, change: MemberChange): boolean {
  if (configuration.voters_outgoing.length > 0) return false;
  if (change.kind === 'add' || change.kind === 'replace') {
    return configuration.voters.some((one) => one.id === change.member.id);
  }
  return begin(configuration, change) === null;
}

export function isJoint(configuration: Configuration): boolean {
  return configuration.voters_outgoing.length > 0;
}

export function wasRemoved(configuration: Configuration, id: NodeId): boolean {
  return configuration.removed?.includes(id) ?? false;
}

function add(configuration: Configuration, member: Member): Configuration | ChangeRefusal | null {
  const known = find(configuration, member.id);
  if (known !== undefined) return sameAddress(known, member) ? null : 'already_member';
  if (wasRemoved(configuration, member.id)) return 'removed_id';
  if (addressTaken(configuration, member)) return 'address_taken';
  if (memberIds(configuration).length >= maxMembers) return 'too_many';
  return { ...configuration, learners: [...configuration.learners, member] };
}

function remove(configuration: Configuration, id: NodeId): Configuration | ChangeRefusal | null {
  const { voters, learners } = configuration;
  if (wasRemoved(configuration, id)) return null;
  if (learners.some((one) => one.id === id)) {
    const others = learners.filter((one) => one.id !== id);
    return { ...withRemoved(configuration, [id]), learners: others };
  }
  if (!isVoter(configuration, id)) return 'unknown_member';
  if (voters.length === 1) return 'last_voter';
  const staying = voters.filter((one) => one.id !== id);
  return { ...configuration, voters: staying, voters_outgoing: voters };
}

function replace(
  configuration: Configuration,
  id: NodeId,
  member: Member,
): Configuration | ChangeRefusal | null {
  const known = find(configuration, member.id);
  if (known !== undefined) {
    const asked = known.replaces === id || wasRemoved(configuration, id);
    return asked && sameAddress(known, member) ? null : 'already_member';
  }
  if (!isVoter(configuration, id)) return 'unknown_member';
  const others = configuration.learners.filter((one) => one.replaces === id);
  if (others.length > 0) return 'in_progress';
  // The new node may stand where the dead one stood.
  const without = { ...configuration, voters: configuration.voters.filter((one) => one.id !== id) };
  const begun = add(without, { ...member, replaces: id });
  if (begun === null || typeof begun === 'string') return begun;
  return { ...begun, voters: configuration.voters };
}

function update(
  configuration: Configuration,
  member: Member,
): Configuration | ChangeRefusal | null {
  const known = find(configuration, member.id);
  if (known === undefined) return 'unknown_member';
  if (sameAddress(known, member)) return null;
  if (addressTaken(configuration, member)) return 'address_taken';
  const move = (one: Member): Member => {
    return one.id === member.id ? { ...one, raft: member.raft, api: member.api } : one;
  };
  const { voters, learners } = configuration;
  return { ...configuration, voters: voters.map(move), learners: learners.map(move) };
}

function find({ voters, learners }: Configuration, id: NodeId): Member | undefined {
  return [...voters, ...learners].find((one) => one.id === id);
}

function sameAddress(one: Member, other: Member): boolean {
  return one.raft === other.raft && one.api === other.api;
}

function addressTaken({ voters, learners }: Configuration, member: Member): boolean {
  return [...voters, ...learners].some((one) => {
    return one.id !== member.id && (one.raft === member.raft || one.api === member.api);
  });
}

function withRemoved(configuration: Configuration, ids: readonly NodeId[]): Configuration {
  if (ids.length === 0) return configuration;
  return { ...configuration, removed: [...(configuration.removed ?? []), ...ids] };
}
