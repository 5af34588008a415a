import { defineCommand } from '../command.ts';
import { maxImportChanges, maxImportChangesStaged } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import type { ImportChange } from './import-change.ts';
import { forgetAbandoned, isStaging } from './import-steps.ts';

/** By the system: a node that makes a plan hands in some of its changes. */
export interface StageImport {
  readonly import_id: string;
  /** Number of the first one. */
  readonly from: number;
  readonly changes: readonly ImportChange[];
  /** An earlier one, without changes, has begun it. Absent in older logs: the first changes begin it. */
  readonly is_begun?: boolean;
}

/** Seen by nobody until PLAN_IMPORT. A change that is there already stays: it was sent again. */
export const stageImport = defineCommand<StageImport, null>({
  kind: 'STAGE_IMPORT',
  v: 1,
  apply(tx, command) {
    const { import_id, from, changes } = command;
    if (tx.actorOrSystem !== null) throw new Refusal('forbidden', 'Only the system stages.');
    if (tx.get('SELECT 1 FROM imports WHERE id = ?', import_id) !== undefined) {
      throw new Refusal('conflict', 'This plan is finished already.');
    }
    if (changes.length > maxImportChangesStaged || from + changes.length > maxImportChanges) {
      throw new Refusal('invalid_value', `At most ${maxImportChangesStaged} changes in one go.`);
    }
    const begins = command.is_begun !== true && from === 0 && !isKnown(tx, import_id);
    const goesOn = isStaging(tx, import_id) || begins;
    forgetAbandoned(tx);
    // What was given up stays so, and may have lost parts: PLAN_IMPORT refuses it.
    tx.run(
      `INSERT INTO import_stagings VALUES (?, ?)
         ON CONFLICT DO UPDATE SET staged_at = excluded.staged_at`,
      import_id,
      goesOn ? tx.committedAt : 0,
    );
    changes.forEach((change, offset) => {
      tx.run(
        `INSERT INTO import_changes (import_id, n, kind, operation, external_id, object_id, place,
                                     label, adds_link, expected_version, fields, before, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned') ON CONFLICT DO NOTHING`,
        import_id,
        from + offset,
        change.kind,
        change.operation,
        change.external_id,
        change.object_id,
        change.place,
        change.label,
        change.adds_link ? 1 : 0,
        change.expected_version,
        JSON.stringify(change.fields),
        change.before === null ? null : JSON.stringify(change.before),
      );
    });
    tx.target(import_id);
    return null;
  },
});

function isKnown(tx: Tx, importId: string): boolean {
  return tx.get('SELECT 1 FROM import_stagings WHERE import_id = ?', importId) !== undefined;
}
