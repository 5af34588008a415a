import { defineCommand } from '../command.ts';
import { importChangesKeptMs } from '../limits.ts';
import { requireOnSite } from '../policy.ts';
import {
  type ImportFormat,
  type ImportResource,
  type ImportSummary,
  importById,
} from '../queries/imports.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';
import { insertFile, type NewFile } from './create-file.ts';
import { isStaging, keepChanges } from './import-steps.ts';

export interface PlanImport {
  readonly import_id: string;
  readonly source: string;
  readonly format: ImportFormat;
  /** The roster as it came; its bytes are on a majority. */
  readonly file: NewFile;
  readonly summary: ImportSummary;
  /** All of them staged before. */
  readonly change_count: number;
  /** What was staged was begun before the roster was compared. Absent in older logs. */
  readonly is_begun?: boolean;
}

/** Makes a plan of what was staged. Held when the summary has a reason for it. */
export const planImport = defineCommand<PlanImport, ImportResource>({
  kind: 'PLAN_IMPORT',
  v: 1,
  apply(tx, command) {
    const { import_id: id, change_count } = command;
    requireOnSite(tx.actor, 'import.manage');
    if (tx.get('SELECT 1 FROM imports WHERE id = ?', id) !== undefined) {
      throw new Refusal('already_exists', 'There is an import with this id already.');
    }
    const last = tx.get<{ n: number }>(
      'SELECT n FROM import_changes WHERE import_id = ? ORDER BY n DESC LIMIT 1',
      id,
    );
    const isWhole = (last?.n ?? -1) + 1 === change_count;
    const wasBegun = change_count > 0 || command.is_begun === true;
    if (!isWhole || (wasBegun && !isStaging(tx, id))) {
      throw new Refusal(
        'conflict',
        'The plan took too long to make, or somebody was erased meanwhile. Send the roster again.',
      );
    }
    insertFile(tx, command.file);
    // Names of people: it goes with the changes that were made of it.
    tx.run(
      'UPDATE files SET expires_at = ? WHERE id = ?',
      tx.committedAt + importChangesKeptMs,
      command.file.file_id,
    );
    tx.run(
      `INSERT INTO imports (id, source, format, file_id, state, summary, change_count, next_change,
                            conflicts, created_by, version, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, 1, ?, ?)`,
      id,
      command.source,
      command.format,
      command.file.file_id,
      command.summary.held_because.length === 0 ? 'planned' : 'held',
      JSON.stringify(command.summary),
      change_count,
      tx.actor.id,
      tx.committedAt,
      tx.committedAt,
    );
    keepChanges(tx, id);
    tx.run('DELETE FROM import_stagings WHERE import_id = ?', id);
    tx.target(id);
    return written(importById(tx, id));
  },
});
