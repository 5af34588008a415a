import { unlinkFiles } from '../file-links.ts';
import { passagesDroppedAtOnce, stagedCourseMs } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { dropSomeText } from './material-text.ts';

/** A course is being imported from here on: its next part is waited for. */
export function beginStaging(tx: Tx, courseId: string): void {
  tx.run('INSERT INTO staged_courses VALUES (?, ?)', courseId, tx.committedAt);
}

/** Another part has come. @throws Refusal `not_found` unless the actor's import still waits for it */
export function goOnStaging(tx: Tx, courseId: string): void {
  requireStaged(tx, courseId);
  tx.run('UPDATE staged_courses SET changed_at = ? WHERE course_id = ?', tx.committedAt, courseId);
}

/** All of it is there. @throws Refusal as `goOnStaging` */
export function endStaging(tx: Tx, courseId: string): void {
  requireStaged(tx, courseId);
  tx.run('DELETE FROM staged_courses WHERE course_id = ?', courseId);
}

/**
 * Lets go of an import that nobody goes on with, at most `limit` of its materials and assignments at a time: as if
 * they were deleted one by one, so that the bytes of their files are collected. Returns how much was let go of.
 */
export function abandonStaged(tx: Tx, limit: number): number {
  const idle = tx.get<{ course_id: string }>(
    'SELECT course_id FROM staged_courses WHERE changed_at <= ? ORDER BY changed_at, course_id LIMIT 1',
    tx.committedAt - stagedCourseMs,
  );
  if (idle === undefined) return 0;
  let deleted = 0;
  let passages = passagesDroppedAtOnce;
  for (const id of someOf(tx, 'materials', idle.course_id, limit)) {
    passages -= dropSomeText(tx, id, passages);
    // It may have more, which is found by it the next time.
    if (passages === 0) return deleted + 1;
    deleteObject(tx, 'material', id);
    deleted += 1;
  }
  for (const id of someOf(tx, 'assignments', idle.course_id, limit - deleted)) {
    deleteObject(tx, 'assignment', id);
    deleted += 1;
  }
  if (deleted === limit) return deleted;
  tx.run('DELETE FROM staged_courses WHERE course_id = ?', idle.course_id);
  return deleted + 1;
}

function requireStaged(tx: Tx, courseId: string): void {
  const staged = tx.get(
    `SELECT 1 FROM staged_courses s JOIN courses c ON c.id = s.course_id
      WHERE s.course_id = ? AND c.created_by = ? AND s.changed_at > ?`,
    courseId,
    tx.actor.id,
    tx.committedAt - stagedCourseMs,
  );
  if (staged === undefined) throw new Refusal('not_found', 'No such course is being imported.');
}

/** Ids of those that are there still. */
function someOf(
  tx: Tx,
  table: 'materials' | 'assignments',
  courseId: string,
  limit: number,
): string[] {
  const rows = tx.all<{ id: string }>(
    `SELECT id FROM ${table} WHERE course_id = ? AND deleted_at IS NULL ORDER BY id LIMIT ?`,
    courseId,
    limit,
  );
  return rows.map(({ id }) => id);
}

function deleteObject(tx: Tx, kind: 'material' | 'assignment', id: string): void {
  tx.run(
    `UPDATE ${kind}s SET deleted_at = ?, updated_at = ?, version = version + 1 WHERE id = ?`,
    tx.committedAt,
    tx.committedAt,
    id,
  );
  // Of an import that an earlier version began: its files came without a time to be kept.
  tx.run(
    `UPDATE files SET keep_unattached_ms = 0 WHERE keep_unattached_ms IS NULL
        AND id IN (SELECT file_id FROM file_links WHERE kind = ? AND object_id = ?)`,
    kind,
    id,
  );
  unlinkFiles(tx, kind, id);
}
