import { revokeSessions } from '../revoke-sessions.ts';
import type { Tx } from '../tx.ts';
import {
  ChangeConflict,
  deleteRow,
  type Fields,
  type ImportKind,
  placeOf,
  rowOf,
  type StoredChange,
  updateRow,
  writtenColumns,
} from './import-change.ts';

const CHANGED = 'It was changed, or made, by somebody after the plan. Make a new plan.';

/**
 * Does one change and returns the row as it was, for undoing; `null`: there was none.
 *
 * @param actorId whoever had the import applied: the maker of its courses
 * @throws ChangeConflict when the row is not the one that the plan saw; then nothing was done
 */
export function applyChange(tx: Tx, source: string, change: StoredChange, actorId: string) {
  const { kind, operation, object_id: id, external_id } = change;
  const row = rowOf(tx, kind, id);
  if (change.adds_link === 1 && linkExists(tx, source, kind, external_id)) {
    throw new ChangeConflict('Another import brought this id meanwhile. Make a new plan.');
  }
  const version = row === undefined ? null : Number(row.version);
  if (version !== change.expected_version) throw new ChangeConflict(CHANGED);
  const fields = JSON.parse(change.fields) as Fields;
  const mark = operation === 'remove' ? markRemoved(tx, source, change) : null;
  if (operation === 'create') create(tx, kind, id, fields, actorId);
  else if (operation === 'remove' && kind === 'enrollment') deleteRow(tx, kind, id);
  else if (operation !== 'link') update(tx, kind, id, fields, Number(row?.version ?? 0));
  if (change.adds_link === 1) {
    tx.run('INSERT INTO external_ids VALUES (?, ?, ?, ?, NULL)', source, kind, external_id, id);
  }
  announce(tx, change, fields);
  return row === undefined ? null : { ...row, ...mark };
}

/** Notes which version is the one that the import made inactive; returns what was noted before. */
function markRemoved(tx: Tx, source: string, change: StoredChange): Fields | null {
  if (change.kind === 'enrollment') return null;
  const { kind, external_id } = change;
  const before = tx.get<Fields>(
    'SELECT removed_version FROM external_ids WHERE source = ? AND kind = ? AND external_id = ?',
    source,
    kind,
    external_id,
  );
  noteRemoved(tx, source, change, (change.expected_version ?? 0) + 1);
  return before ?? null;
}

export function noteRemoved(
  tx: Tx,
  source: string,
  { kind, external_id }: StoredChange,
  version: string | number | null,
): void {
  tx.run(
    'UPDATE external_ids SET removed_version = ? WHERE source = ? AND kind = ? AND external_id = ?',
    version,
    source,
    kind,
    external_id,
  );
}

function linkExists(tx: Tx, source: string, kind: ImportKind, externalId: string): boolean {
  const row = tx.get(
    'SELECT 1 FROM external_ids WHERE source = ? AND kind = ? AND external_id = ?',
    source,
    kind,
    externalId,
  );
  return row !== undefined;
}

function create(tx: Tx, kind: ImportKind, id: string, fields: Fields, actorId: string): void {
  if (kind === 'user') createUser(tx, id, fields);
  else if (kind === 'course') createCourse(tx, id, fields, actorId);
  else createEnrollment(tx, id, fields);
}

function createUser(tx: Tx, id: string, fields: Fields): void {
  requireFreeUsername(tx, id, fields);
  tx.run(
    `INSERT INTO users (id, username, username_key, display_name, email, site_role, status,
                        password_hash, version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, NULL, 1, ?, ?)`,
    id,
    fields.username ?? null,
    fields.username_key ?? null,
    fields.display_name ?? null,
    fields.email ?? null,
    fields.site_role ?? null,
    fields.status ?? null,
    tx.committedAt,
    tx.committedAt,
  );
}

function requireFreeUsername(tx: Tx, id: string, fields: Fields): void {
  if (isFreeUsername(tx, id, fields)) return;
  throw new ChangeConflict('The username was taken by another account. Make a new plan.');
}

/** Whether no account but this one has the username, if these fields have any. */
export function isFreeUsername(tx: Tx, id: string, { username_key }: Fields): boolean {
  if (username_key === undefined) return true;
  const sql = 'SELECT 1 FROM users WHERE username_key = ? AND id <> ?';
  return tx.get(sql, username_key, id) === undefined;
}

function createCourse(tx: Tx, id: string, fields: Fields, actorId: string): void {
  tx.run(
    `INSERT INTO courses (id, code, title, description_md, status, created_by, version,
                          created_at, updated_at)
     VALUES (?, ?, ?, '', ?, ?, 1, ?, ?)`,
    id,
    fields.code ?? null,
    fields.title ?? null,
    fields.status ?? null,
    actorId,
    tx.committedAt,
    tx.committedAt,
  );
}

function createEnrollment(tx: Tx, id: string, fields: Fields): void {
  const [course = '', user = ''] = placeOf('enrollment', id).key;
  if (rowOf(tx, 'course', course) === undefined || rowOf(tx, 'user', user) === undefined) {
    throw new ChangeConflict('The course or the user was deleted after the plan. Make a new plan.');
  }
  tx.run(
    `INSERT INTO enrollments (course_id, user_id, role, version, created_at, updated_at)
     VALUES (?, ?, ?, 1, ?, ?)`,
    course,
    user,
    fields.role ?? null,
    tx.committedAt,
    tx.committedAt,
  );
}

function update(tx: Tx, kind: ImportKind, id: string, fields: Fields, version: number): void {
  if (kind === 'user') requireFreeUsername(tx, id, fields);
  if (kind === 'user' && fields.status === 'suspended') revokeSessions(tx, id);
  const columns = writtenColumns(kind, fields);
  const values = Object.fromEntries(columns.map((column) => [column, fields[column] ?? null]));
  updateRow(tx, kind, id, { ...values, version: version + 1, updated_at: tx.committedAt });
}

function announce(tx: Tx, change: StoredChange, fields: Fields): void {
  const { kind, operation, object_id: id } = change;
  if (operation === 'link') return;
  const verb = { create: 'created', update: 'updated', remove: 'updated' }[operation];
  if (kind === 'user') announceUser(tx, id, `user.${verb}`);
  else if (kind === 'course') announceCourse(tx, id, `course.${verb}`);
  else {
    announceEnrollment(tx, id, operation === 'remove' ? 'deleted' : verb, fields.role ?? null);
  }
}

export function announceUser(tx: Tx, id: string, type: string): void {
  tx.emit({ type, course_id: null, user_id: id, data: { user_id: id } });
}

export function announceCourse(tx: Tx, id: string, type: string): void {
  tx.emit({ type, course_id: id, data: { course_id: id } });
}

/** @param role `null`: there is none any more */
export function announceEnrollment(
  tx: Tx,
  id: string,
  verb: string,
  role: string | number | null,
): void {
  const [course_id = '', user_id = ''] = placeOf('enrollment', id).key;
  const data = { course_id, user_id, ...(role !== null && { role }) };
  tx.emit({ type: `enrollment.${verb}`, course_id, user_id, data });
}
