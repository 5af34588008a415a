import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';

export interface RequestMemberChange {
  readonly change: 'add' | 'replace' | 'remove' | 'lead';
  /** The node that comes, leaves or is to lead. */
  readonly node_id: string;
}

/**
 * Who asked for a change of the members or of the leader: entries of Raft itself name nobody. Written
 * before the change is tried, so that none is made without; what came of it are the entries that follow.
 */
export const requestMemberChange = defineCommand<RequestMemberChange, null>({
  kind: 'REQUEST_MEMBER_CHANGE',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'cluster.manage');
    tx.target(command.node_id);
    return null;
  },
});
