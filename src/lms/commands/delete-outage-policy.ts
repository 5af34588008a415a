import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { requireOutagePolicy } from '../queries/outage-policies.ts';
import { requireVersion } from '../version.ts';

export interface DeleteOutagePolicy {
  readonly policy_id: string;
  readonly expected_version?: number;
}

/** What was adjusted by it stays adjusted, until it is reverted. */
export const deleteOutagePolicy = defineCommand<DeleteOutagePolicy, null>({
  kind: 'DELETE_OUTAGE_POLICY',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'incident.manage');
    const row = requireOutagePolicy(tx, command.policy_id);
    requireVersion(row.version, command.expected_version);
    tx.run(
      'UPDATE outage_policies SET deleted_at = ?, version = version + 1 WHERE id = ?',
      tx.committedAt,
      row.id,
    );
    tx.target(row.id);
    return null;
  },
});
