import {
  courseDeletionChanges,
  importChangesForgottenAtOnce,
  importChangesKeptMs,
  importChangesPerStep,
  importStagingKeptMs,
} from '../limits.ts';
import type { Tx } from '../tx.ts';
import { applyChange } from './apply-import-change.ts';
import { ChangeConflict, type StoredChange } from './import-change.ts';
import { undoChange } from './undo-import-change.ts';

export type ImportState =
  | 'planned'
  | 'held'
  | 'applying'
  | 'applied'
  | 'rolling_back'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'expired';

export interface ImportRow {
  readonly id: string;
  readonly source: string;
  readonly state: ImportState;
  readonly change_count: number;
  readonly next_change: number;
  readonly created_by: string;
  readonly applied_by: string | null;
  readonly changes_until: number | null;
  readonly version: number;
}

export function importRow(tx: Tx, importId: string): ImportRow | undefined {
  return tx.get<ImportRow>(
    `SELECT id, source, state, change_count, next_change, created_by, applied_by, changes_until,
            version
       FROM imports WHERE id = ?`,
    importId,
  );
}

const CHANGE = `SELECT n, kind, operation, external_id, object_id, adds_link, expected_version,
                       fields, before, changed_at FROM import_changes`;

/** Does the next changes of an import that is under way; how many is the same on every node. */
export function takeStep(tx: Tx, row: ImportRow): void {
  if (row.state === 'applying') applySome(tx, row);
  else if (row.state === 'undoing' || row.state === 'rolling_back') undoSome(tx, row);
  else forgetSome(tx, row);
}

function applySome(tx: Tx, row: ImportRow): void {
  const changes = tx.all<StoredChange>(
    `${CHANGE} WHERE import_id = ? AND n >= ? ORDER BY n LIMIT ?`,
    row.id,
    row.next_change,
    importChangesPerStep,
  );
  let next = row.next_change;
  for (const change of changes) {
    try {
      const before = applyChange(tx, row.source, change, row.applied_by ?? row.created_by);
      tx.run(
        `UPDATE import_changes SET state = 'applied', before = ?, changed_at = ?
          WHERE import_id = ? AND n = ?`,
        before === null ? null : JSON.stringify(before),
        tx.committedAt,
        row.id,
        change.n,
      );
    } catch (error) {
      if (!(error instanceof ChangeConflict)) throw error;
      recordConflict(tx, row.id, change.n, error.message);
      move(tx, row.id, { state: 'rolling_back', next });
      if (next === 0) move(tx, row.id, { state: 'failed', next });
      return;
    }
    next = change.n + 1;
  }
  const isDone = next === row.change_count;
  move(tx, row.id, { state: isDone ? 'applied' : 'applying', next });
  if (isDone) {
    tx.run('UPDATE imports SET applied_at = ? WHERE id = ?', tx.committedAt, row.id);
    keepChanges(tx, row.id);
  }
}

function undoSome(tx: Tx, row: ImportRow): void {
  const changes = tx.all<StoredChange>(
    `${CHANGE} WHERE import_id = ? AND n < ? ORDER BY n DESC LIMIT ?`,
    row.id,
    row.next_change,
    importChangesPerStep,
  );
  let next = row.next_change;
  let cost = 0;
  for (const change of changes) {
    if (cost >= importChangesPerStep) break;
    const deletesCourse = change.kind === 'course' && change.operation === 'create';
    cost += deletesCourse ? courseDeletionChanges : 1;
    undoOne(tx, row, change);
    next = change.n;
  }
  if (next > 0) return move(tx, row.id, { state: row.state, next });
  move(tx, row.id, { state: row.state === 'undoing' ? 'undone' : 'failed', next });
  if (row.state === 'undoing') {
    tx.run('UPDATE imports SET undone_at = ? WHERE id = ?', tx.committedAt, row.id);
  }
}

function undoOne(tx: Tx, row: ImportRow, change: StoredChange): void {
  try {
    undoChange(tx, row.source, change);
    tx.run(
      "UPDATE import_changes SET state = 'undone' WHERE import_id = ? AND n = ?",
      row.id,
      change.n,
    );
  } catch (error) {
    if (!(error instanceof ChangeConflict)) throw error;
    recordConflict(tx, row.id, change.n, error.message);
  }
}

function recordConflict(tx: Tx, importId: string, n: number, detail: string): void {
  tx.run(
    "UPDATE import_changes SET state = 'conflict', detail = ? WHERE import_id = ? AND n = ?",
    detail,
    importId,
    n,
  );
  tx.run('UPDATE imports SET conflicts = conflicts + 1 WHERE id = ?', importId);
}

export function move(tx: Tx, importId: string, to: { state: ImportState; next: number }): void {
  tx.run(
    `UPDATE imports SET state = ?, next_change = ?, version = version + 1, updated_at = ?
      WHERE id = ?`,
    to.state,
    to.next,
    tx.committedAt,
    importId,
  );
}

/** From now on, for as long as it can be undone (or, before, be applied). */
export function keepChanges(tx: Tx, importId: string): void {
  tx.run(
    'UPDATE imports SET changes_until = ? WHERE id = ?',
    tx.committedAt + importChangesKeptMs,
    importId,
  );
}

/** The changes of an import whose time is over, a few at once. */
function forgetSome(tx: Tx, row: ImportRow): void {
  if (row.changes_until === null || row.changes_until > tx.committedAt) return;
  if (row.state === 'planned' || row.state === 'held') {
    move(tx, row.id, { state: 'expired', next: 0 });
  }
  if (forgetChanges(tx, row.id) === 0) {
    tx.run('UPDATE imports SET changes_until = NULL WHERE id = ?', row.id);
  }
}

function forgetChanges(tx: Tx, importId: string): number {
  return tx.run(
    `DELETE FROM import_changes WHERE import_id = ?
        AND n IN (SELECT n FROM import_changes WHERE import_id = ? LIMIT ?)`,
    importId,
    importId,
    importChangesForgottenAtOnce,
  );
}

/**
 * Whether the changes that were staged may become a plan. Not those that may have been forgotten in part already; and an
 * erasure gives up those that are being staged (`staged_at` 0), for they may have a name in them, and no index finds it.
 */
export function isStaging(tx: Tx, importId: string): boolean {
  const sql = 'SELECT 1 FROM import_stagings WHERE import_id = ? AND staged_at > max(0, ?)';
  return tx.get(sql, importId, tx.committedAt - importStagingKeptMs) !== undefined;
}

/** What was staged for a plan that never came: its node died, or the file was refused. */
export function forgetAbandoned(tx: Tx): void {
  const old = tx.get<{ import_id: string }>(
    'SELECT import_id FROM import_stagings WHERE staged_at <= ? ORDER BY staged_at LIMIT 1',
    tx.committedAt - importStagingKeptMs,
  );
  if (old === undefined || forgetChanges(tx, old.import_id) > 0) return;
  tx.run('DELETE FROM import_stagings WHERE import_id = ?', old.import_id);
}
