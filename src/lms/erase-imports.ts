import { pseudonymised, pseudonymOf } from './pseudonym.ts';
import type { Tx } from './tx.ts';

/**
 * Ids that other systems gave to somebody: a student number says who it is. Those of enrollments may have the
 * username in them, and stay when the enrollment goes: so they are looked for in every course.
 */
export function eraseExternalIds(tx: Tx, userId: string): void {
  tx.run(
    `DELETE FROM external_ids WHERE kind = 'enrollment' AND object_id IN
       (SELECT id || '/' || ? FROM courses)`,
    userId,
  );
  tx.run("DELETE FROM external_ids WHERE kind = 'user' AND object_id = ?", userId);
}

/** What is being staged may have the name in it: it becomes no plan (`isStaging`), and is forgotten as abandoned. */
export function giveUpStagings(tx: Tx): void {
  tx.run('UPDATE import_stagings SET staged_at = 0');
}

/** What an import keeps for its undoing, and its roster. Returns `false` when there is no further import. */
export function eraseNextImport(
  tx: Tx,
  {
    user_id: userId,
    next_import: after,
  }: { readonly user_id: string; readonly next_import: number },
): boolean {
  const next = tx.get<{ sequence: number; id: string; file_id: string }>(
    'SELECT sequence, id, file_id FROM imports WHERE sequence > ? ORDER BY sequence LIMIT 1',
    after,
  );
  if (next === undefined) return false;
  expireRoster(tx, next.file_id);
  const changes = tx.all<{ n: number; fields: string; before: string | null }>(
    "SELECT n, fields, before FROM import_changes WHERE import_id = ? AND kind = 'user' AND object_id = ?",
    next.id,
    userId,
  );
  const erased = (json: string) =>
    JSON.stringify(pseudonymised(JSON.parse(json) as object, userId));
  for (const { n, fields, before } of changes) {
    tx.run(
      `UPDATE import_changes SET external_id = 'erased', label = ?, fields = ?, before = ?
        WHERE import_id = ? AND n = ?`,
      pseudonymOf(userId).display_name,
      erased(fields),
      before === null ? null : erased(before),
      next.id,
      n,
    );
  }
  tx.run(
    `UPDATE import_changes SET external_id = 'erased', label = ?
      WHERE import_id = ? AND kind = 'enrollment' AND substr(object_id, instr(object_id, '/') + 1) = ?`,
    pseudonymOf(userId).display_name,
    next.id,
    userId,
  );
  tx.run('UPDATE erasures SET next_import = ? WHERE user_id = ?', next.sequence, userId);
  return true;
}

/**
 * Whoever did not change has no row among the changes, so only the roster itself could tell whether they are in
 * it. Neither applying nor undoing reads it. One that somebody attached to something is a file like any other.
 */
function expireRoster(tx: Tx, fileId: string): void {
  tx.run(
    `UPDATE files SET expired_at = ?, expires_at = NULL
      WHERE id = ? AND expired_at IS NULL AND NOT EXISTS (SELECT 1 FROM file_links WHERE file_id = files.id)`,
    tx.committedAt,
    fileId,
  );
}
