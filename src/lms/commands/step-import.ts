import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';
import { forgetAbandoned, takeStep } from './import-steps.ts';
import { requireImport } from './start-import.ts';

/** By the system, which is the leader's background job: go on with an import. */
export interface StepImport {
  /** `null`: look after what was staged and abandoned. */
  readonly import_id: string | null;
  /** The version that the step goes on from: one that comes twice, or late, does nothing. */
  readonly from_version: number;
}

export const stepImport = defineCommand<StepImport, null>({
  kind: 'STEP_IMPORT',
  v: 1,
  apply(tx, command) {
    if (tx.actorOrSystem !== null) throw new Refusal('forbidden', 'Only the system goes on.');
    if (command.import_id === null) {
      forgetAbandoned(tx);
      return null;
    }
    const row = requireImport(tx, command.import_id);
    if (row.version === command.from_version) takeStep(tx, row);
    tx.target(row.id);
    return null;
  },
});
