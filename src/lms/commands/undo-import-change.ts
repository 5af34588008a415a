import { isInUse } from '../references.ts';
import type { Tx } from '../tx.ts';
import {
  announceCourse,
  announceEnrollment,
  announceUser,
  isFreeUsername,
  noteRemoved,
} from './apply-import-change.ts';
import {
  ChangeConflict,
  deleteRow,
  type Fields,
  placeOf,
  rowOf,
  type StoredChange,
  updateRow,
} from './import-change.ts';

const CHANGED = 'It was changed after the import, and was left as it is.';
const NAME_TAKEN = 'The username was taken by another account since.';
const GONE = 'The course or the user is not there any more.';
const IN_USE = 'It is in use since the import, and was left as it is.';

/**
 * Takes one change back, to the byte: version and times too.
 *
 * @throws ChangeConflict when others changed the row since, or something refers to it; then it stays
 */
export function undoChange(tx: Tx, source: string, change: StoredChange): void {
  const { kind, operation, object_id: id, external_id } = change;
  const before = change.before === null ? null : (JSON.parse(change.before) as Fields);
  if (operation === 'remove' && kind === 'enrollment') bringBack(tx, id, before);
  else if (operation !== 'link') {
    requireUntouched(rowOf(tx, kind, id), before, change);
    if (before === null) deleteUnused(tx, change);
    else restore(tx, change, before);
    if (operation === 'remove') noteRemoved(tx, source, change, before?.removed_version ?? null);
  }
  if (change.adds_link === 1) {
    tx.run(
      'DELETE FROM external_ids WHERE source = ? AND kind = ? AND external_id = ?',
      source,
      kind,
      external_id,
    );
  }
  announce(tx, change, before);
}

/** The version alone could come back by the undoing of another import: the time tells them apart. */
function requireUntouched(
  row: Fields | undefined,
  before: Fields | null,
  change: StoredChange,
): void {
  const version = Number(before?.version ?? 0) + 1;
  if (row?.version === version && row.updated_at === change.changed_at) return;
  throw new ChangeConflict(CHANGED);
}

function restore(tx: Tx, { kind, object_id: id }: StoredChange, before: Fields): void {
  if (kind === 'user' && !isFreeUsername(tx, id, before)) throw new ChangeConflict(NAME_TAKEN);
  updateRow(tx, kind, id, before);
}

function bringBack(tx: Tx, id: string, before: Fields | null): void {
  if (rowOf(tx, 'enrollment', id) !== undefined) {
    throw new ChangeConflict('The user was enrolled again since, and was left so.');
  }
  if (before === null) throw new Error(`broken invariant: ${id} was removed without a copy`);
  // Its user or course may have come by an import that was undone since.
  if (!isThere(tx, 'courses', before.course_id) || !isThere(tx, 'users', before.user_id)) {
    throw new ChangeConflict(GONE);
  }
  const columns = ['course_id', 'user_id', 'role', 'version', 'created_at', 'updated_at'];
  tx.run(
    `INSERT INTO enrollments (${columns.join(', ')}) VALUES (?, ?, ?, ?, ?, ?)`,
    ...columns.map((column) => before[column] ?? null),
  );
}

/** Deleted ones too: the row is what is referred to. */
function isThere(tx: Tx, table: 'users' | 'courses', id: Fields[string] = null): boolean {
  return tx.get(`SELECT 1 FROM ${table} WHERE id = ?`, id) !== undefined;
}

/** Whatever refers to the row keeps it: work, sessions, enrollments by others. */
function deleteUnused(tx: Tx, { kind, object_id: id }: StoredChange): void {
  if (kind === 'user' && isInUse(tx, 'users', id)) throw new ChangeConflict(IN_USE);
  if (kind === 'course' && isInUse(tx, 'courses', id)) throw new ChangeConflict(IN_USE);
  deleteRow(tx, kind, id);
  if (kind === 'enrollment') forgetGradebookRow(tx, placeOf(kind, id).key);
}

/** The gradebook keeps a row of who left, for what they did: of an enrollment that never was there is nothing to keep. */
function forgetGradebookRow(tx: Tx, place: readonly string[]): void {
  tx.run(
    `DELETE FROM gradebook_students
      WHERE course_id = ? AND student_id = ? AND enrolled = 0 AND tutor_messages = 0
        AND NOT EXISTS (SELECT 1 FROM gradebook_cells WHERE student = gradebook_students.number)`,
    ...place,
  );
}

function announce(tx: Tx, change: StoredChange, before: Fields | null): void {
  const { kind, operation, object_id: id } = change;
  if (operation === 'link') return;
  const verb = operation === 'create' ? 'deleted' : 'updated';
  if (kind === 'user') announceUser(tx, id, `user.${verb}`);
  else if (kind === 'course') announceCourse(tx, id, `course.${verb}`);
  else {
    const again = operation === 'remove' ? 'created' : verb;
    announceEnrollment(tx, id, again, before?.role ?? null);
  }
}
