import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';

export interface RequestBackup {
  /** The node that sends its state. */
  readonly node_id: string;
}

/** Who took a copy of everything. Written before it is sent, so that none goes out without. */
export const requestBackup = defineCommand<RequestBackup, null>({
  kind: 'REQUEST_BACKUP',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'cluster.manage');
    tx.target(command.node_id);
    return null;
  },
});
