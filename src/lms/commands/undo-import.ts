import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type ImportResource, importById } from '../queries/imports.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';
import { takeStep } from './import-steps.ts';
import { requireImport, requireNoneRunning, startImport } from './start-import.ts';

export interface UndoImport {
  readonly import_id: string;
  readonly expected_version?: number;
}

/** Restores every row that nobody has touched since; the others are named as conflicts. */
export const undoImport = defineCommand<UndoImport, ImportResource>({
  kind: 'UNDO_IMPORT',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'import.manage');
    const row = requireImport(tx, command.import_id);
    requireVersion(row.version, command.expected_version);
    if (row.state !== 'applied') {
      throw new Refusal(
        'conflict',
        `The import is ${row.state}: only an applied one can be undone.`,
      );
    }
    if ((row.changes_until ?? 0) <= tx.committedAt) {
      throw new Refusal('closed', 'An import can be undone for 30 days. They are over.');
    }
    requireNoneRunning(tx);
    takeStep(tx, startImport(tx, row.id, 'undoing', row.change_count));
    tx.target(row.id);
    return written(importById(tx, row.id));
  },
});
