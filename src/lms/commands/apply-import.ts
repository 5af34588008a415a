import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type ImportResource, importById } from '../queries/imports.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';
import { takeStep } from './import-steps.ts';
import { requireImport, requireNoneRunning, startImport } from './start-import.ts';

export interface ApplyImport {
  readonly import_id: string;
  /** Says explicitly that what it is held for was looked at. */
  readonly approve: boolean;
  readonly expected_version?: number;
}

/** Begins it, and does the first changes at once: of a small import all of them. */
export const applyImport = defineCommand<ApplyImport, ImportResource>({
  kind: 'APPLY_IMPORT',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'import.manage');
    const row = requireImport(tx, command.import_id);
    requireVersion(row.version, command.expected_version);
    if (row.state !== 'planned' && row.state !== 'held') {
      throw new Refusal(
        'conflict',
        `The import is ${row.state}: it can be applied once. Send the roster again.`,
      );
    }
    if ((row.changes_until ?? 0) <= tx.committedAt) {
      throw new Refusal('closed', 'The plan is too old. Send the roster again.');
    }
    if (row.state === 'held' && !command.approve) {
      throw new Refusal(
        'import_held',
        'This import removes more than its thresholds allow, or gives or takes away a role that somebody has to ' +
          'look at: see held_because. Look at its changes, then send {"approve": true} to apply it all the same.',
      );
    }
    requireNoneRunning(tx);
    takeStep(tx, startImport(tx, row.id, 'applying', 0));
    tx.target(row.id);
    return written(importById(tx, row.id));
  },
});
