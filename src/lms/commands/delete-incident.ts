import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { requireIncident } from '../queries/incidents.ts';
import { requireVersion } from '../version.ts';
import { requireNotApplied } from './update-incident.ts';

export interface DeleteIncident {
  readonly incident_id: string;
  readonly expected_version?: number;
}

export const deleteIncident = defineCommand<DeleteIncident, null>({
  kind: 'DELETE_INCIDENT',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'incident.manage');
    const row = requireIncident(tx, command.incident_id);
    requireVersion(row.version, command.expected_version);
    requireNotApplied(tx, row.id);
    tx.run(
      'UPDATE incidents SET deleted_at = ?, version = version + 1 WHERE id = ?',
      tx.committedAt,
      row.id,
    );
    tx.target(row.id);
    return null;
  },
});
