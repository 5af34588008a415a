import { defineCommand } from '../command.ts';
import type { OutageRules } from '../outage-rules.ts';
import { requireOnSite } from '../policy.ts';
import {
  type OutagePolicy,
  outagePolicyRow,
  showOutagePolicy,
} from '../queries/outage-policies.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';
import { requireSoundRules } from './outage-policy-rules.ts';

export interface CreateOutagePolicy extends OutageRules {
  readonly policy_id: string;
  readonly name: string;
}

export const createOutagePolicy = defineCommand<CreateOutagePolicy, OutagePolicy>({
  kind: 'CREATE_OUTAGE_POLICY',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'incident.manage');
    requireSoundRules(command);
    const inserted = tx.run(
      `INSERT INTO outage_policies (id, name, rules, utc_offset_minutes, holidays, created_by,
         version, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (id) DO NOTHING`,
      command.policy_id,
      command.name,
      JSON.stringify(command.rules),
      command.utc_offset_minutes,
      JSON.stringify(command.holidays),
      tx.actor.id,
      tx.committedAt,
      tx.committedAt,
    );
    if (inserted === 0) {
      throw new Refusal('already_exists', 'There is an outage policy with this id already.');
    }
    tx.target(command.policy_id);
    return showOutagePolicy(written(outagePolicyRow(tx, command.policy_id)));
  },
});
