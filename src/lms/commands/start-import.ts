import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';
import { type ImportRow, importRow, move } from './import-steps.ts';

export function requireImport(tx: Tx, importId: string): ImportRow {
  const row = importRow(tx, importId);
  if (row === undefined) throw new Refusal('not_found', 'There is no such import.');
  return row;
}

/** Two at once could undo each other's changes half-way. */
export function requireNoneRunning(tx: Tx): void {
  const other = tx.get<{ id: string }>(
    `SELECT id FROM imports WHERE state IN ('applying', 'rolling_back', 'undoing') LIMIT 1`,
  );
  if (other === undefined) return;
  throw new Refusal('conflict', `The import ${other.id} is under way. Wait until it has ended.`);
}

/** The actor is who is answerable for it from here on. */
export function startImport(
  tx: Tx,
  importId: string,
  state: 'applying' | 'undoing',
  next: number,
): ImportRow {
  move(tx, importId, { state, next });
  if (state === 'applying') {
    tx.run('UPDATE imports SET applied_by = ? WHERE id = ?', tx.actor.id, importId);
  }
  return written(importRow(tx, importId) ?? null);
}
