import { defineCommand } from '../command.ts';
import type { OutageRules } from '../outage-rules.ts';
import { requireOnSite } from '../policy.ts';
import {
  type OutagePolicy,
  outagePolicyRow,
  requireOutagePolicy,
  rulesOf,
  showOutagePolicy,
} from '../queries/outage-policies.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';
import { requireSoundRules } from './outage-policy-rules.ts';

/** Absent fields stay as they are. */
export interface UpdateOutagePolicy extends Partial<OutageRules> {
  readonly policy_id: string;
  readonly expected_version?: number;
  readonly name?: string;
}

/** Where the policy is in force already, it stays as it was applied. */
export const updateOutagePolicy = defineCommand<UpdateOutagePolicy, OutagePolicy>({
  kind: 'UPDATE_OUTAGE_POLICY',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'incident.manage');
    const row = requireOutagePolicy(tx, command.policy_id);
    requireVersion(row.version, command.expected_version);
    const before = rulesOf(row);
    const after = {
      rules: command.rules ?? before.rules,
      utc_offset_minutes: command.utc_offset_minutes ?? before.utc_offset_minutes,
      holidays: command.holidays ?? before.holidays,
    };
    requireSoundRules(after);
    tx.run(
      `UPDATE outage_policies SET name = ?, rules = ?, utc_offset_minutes = ?, holidays = ?,
              version = version + 1, updated_at = ? WHERE id = ?`,
      command.name ?? row.name,
      JSON.stringify(after.rules),
      after.utc_offset_minutes,
      JSON.stringify(after.holidays),
      tx.committedAt,
      row.id,
    );
    tx.target(row.id);
    return showOutagePolicy(written(outagePolicyRow(tx, row.id)));
  },
});
