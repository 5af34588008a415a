import type { SQLInputValue } from 'node:sqlite';
import type { Tx } from '../tx.ts';

export type ImportKind = 'user' | 'course' | 'enrollment';
export type ImportOperation = 'create' | 'update' | 'remove' | 'link';

/** One row of a plan. Plain data: it travels in commands. */
export interface ImportChange {
  readonly kind: ImportKind;
  readonly operation: ImportOperation;
  readonly external_id: string;
  /** Of an enrollment: `<course id>/<user id>`. */
  readonly object_id: string;
  /** `users.csv:17`; `null`: the file does not have it any more. */
  readonly place: string | null;
  /** For people. */
  readonly label: string;
  /** The external id becomes one of the object. */
  readonly adds_link: boolean;
  /** Of the row when the plan was made; `null`: there was none. */
  readonly expected_version: number | null;
  /** Columns that get a new value. */
  readonly fields: Fields;
  /** The same columns as they were; `null`: there was no row. */
  readonly before: Fields | null;
}

export type Fields = Readonly<Record<string, string | number | null>>;

/** A row of `import_changes`. */
export interface StoredChange {
  readonly n: number;
  readonly kind: ImportKind;
  readonly operation: ImportOperation;
  readonly external_id: string;
  readonly object_id: string;
  readonly adds_link: number;
  readonly expected_version: number | null;
  readonly fields: string;
  readonly before: string | null;
  readonly changed_at: number | null;
}

/** Thrown where the state is not what the change was made for; nothing of the change was done. */
export class ChangeConflict extends Error {
  override readonly name = 'ChangeConflict';
}

interface Columns {
  readonly table: string;
  /** Columns that an import may write. */
  readonly written: readonly string[];
  /** Every column that undoing a removed row has to bring back. */
  readonly whole: readonly string[];
}

const COLUMNS: Readonly<Record<ImportKind, Columns>> = {
  user: {
    table: 'users',
    written: ['username', 'username_key', 'display_name', 'email', 'site_role', 'status'],
    whole: [],
  },
  course: { table: 'courses', written: ['code', 'title', 'status'], whole: [] },
  enrollment: {
    table: 'enrollments',
    written: ['role'],
    whole: ['course_id', 'user_id', 'role', 'version', 'created_at', 'updated_at'],
  },
};

interface Place {
  readonly where: string;
  readonly key: readonly string[];
}

export function placeOf(kind: ImportKind, objectId: string): Place {
  if (kind !== 'enrollment') return { where: 'id = ?', key: [objectId] };
  const [course = '', user = ''] = objectId.split('/');
  return { where: 'course_id = ? AND user_id = ?', key: [course, user] };
}

/** A row that an import may change, with all that undoing needs; `undefined`: there is none. */
export function rowOf(tx: Tx, kind: ImportKind, objectId: string): Fields | undefined {
  const { table, written, whole } = COLUMNS[kind];
  const columns = whole.length > 0 ? whole : [...written, 'version', 'updated_at'];
  const { where, key } = placeOf(kind, objectId);
  const alive = kind === 'enrollment' ? '' : ' AND deleted_at IS NULL';
  return tx.get<Fields>(
    `SELECT ${columns.join(', ')} FROM ${table} WHERE ${where}${alive}`,
    ...key,
  );
}

/** The columns of a change, checked: a name from a command never becomes SQL by itself. */
export function writtenColumns(kind: ImportKind, fields: Fields): string[] {
  return COLUMNS[kind].written.filter((column) => column in fields);
}

export function updateRow(tx: Tx, kind: ImportKind, objectId: string, fields: Fields): void {
  const { table, written } = COLUMNS[kind];
  const columns = [...written, 'version', 'updated_at'].filter((column) => column in fields);
  const { where, key } = placeOf(kind, objectId);
  const sets = columns.map((column) => `${column} = ?`).join(', ');
  const values: SQLInputValue[] = columns.map((column) => fields[column] ?? null);
  tx.run(`UPDATE ${table} SET ${sets} WHERE ${where}`, ...values, ...key);
}

export function deleteRow(tx: Tx, kind: ImportKind, objectId: string): void {
  const { where, key } = placeOf(kind, objectId);
  tx.run(`DELETE FROM ${COLUMNS[kind].table} WHERE ${where}`, ...key);
}
