import { areIdentified } from './core/directories.ts';
import { isJoint } from './core/member-change.ts';
import type { Configuration, Member, NodeId } from './core/messages.ts';
import { isAnswering } from './core/peers.ts';
import { isVoter } from './core/quorum.ts';
import type { Core } from './core/state.ts';
import type { Role } from './core/types.ts';

export interface MemberStatus extends Member {
  readonly voter: boolean;
  /** A voter that leaves when the change that is under way is committed. */
  readonly leaving: boolean;
  /** On the leader: it answered within an election timeout; elsewhere the same as `reachable`. */
  readonly healthy: boolean;
  /** On the leader: what this member is known to hold durably; elsewhere `null`. */
  readonly match_index: number | null;
  readonly reachable: boolean;
}

export interface RaftStatus {
  readonly node_id: NodeId;
  readonly role: Role;
  readonly term: number;
  readonly leader_id: NodeId | null;
  readonly commit_index: number;
  readonly applied_index: number;
  readonly last_log_index: number;
  /** As far as this node knows, the first members have never met: without one of them there is no leader. */
  readonly founding: boolean;
  /** The members change: majorities of the old and of the new voters are needed. */
  readonly joint: boolean;
  /** Of the entry that set these members; 0: they are the first ones. */
  readonly configuration_index: number;
  /** The disk's reserve is touched: as a leader this node takes no commands. */
  readonly disk_low: boolean;
  /** This node was a member, and will never be one again. */
  readonly removed: boolean;
  /** Of the first entry that the log still holds. */
  readonly first_log_index: number;
  /** Of the last entry in this node's newest snapshot; 0: it has none. */
  readonly snapshot_index: number;
  readonly members: readonly MemberStatus[];
}

/** What the core, the connections and `beside` say of this node and of the members. */
export function statusOf(
  core: Readonly<Core>,
  reachable: ReadonlySet<NodeId>,
  beside: Pick<RaftStatus, 'applied_index' | 'removed' | 'snapshot_index' | 'disk_low'>,
): RaftStatus {
  const { index, configuration } = core.configurations.latest;
  return {
    ...beside,
    node_id: core.id,
    role: core.role,
    term: core.term,
    leader_id: core.leaderId,
    commit_index: core.commit,
    last_log_index: core.log.lastIndex,
    founding: !areIdentified(configuration),
    joint: isJoint(configuration),
    configuration_index: index,
    first_log_index: core.log.base.index + 1,
    members: membersOf(configuration).map((member) =>
      memberStatus(core, configuration, member, reachable.has(member.id)),
    ),
  };
}

function memberStatus(
  core: Readonly<Core>,
  configuration: Configuration,
  { id, raft, api, replaces }: Member,
  connected: boolean,
): MemberStatus {
  const reachable = id === core.id || connected;
  const voter = isVoter(configuration, id);
  return {
    id,
    raft,
    api,
    ...(replaces !== undefined && { replaces }),
    voter,
    leaving: voter && !configuration.voters.some((one) => one.id === id),
    healthy: core.role === 'leader' ? isAnswering(core, id) : reachable,
    match_index: matchOf(core, id),
    reachable,
  };
}

function matchOf(core: Readonly<Core>, id: NodeId): number | null {
  if (core.role !== 'leader') return null;
  return id === core.id ? core.durable : (core.progress.get(id)?.match ?? 0);
}

/** Voters, those that are leaving, learners. */
function membersOf({ voters, voters_outgoing: outgoing, learners }: Configuration): Member[] {
  const leaving = outgoing.filter((one) => !voters.some((stays) => stays.id === one.id));
  return [...voters, ...leaving, ...learners];
}
