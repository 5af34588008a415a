import type { Reader } from './reader.ts';

interface Reference {
  readonly table: string;
  readonly column: string;
}

/** Whether any row refers to the one with this id, or it did anything itself: then it is not deleted. */
export function isInUse(reader: Reader, table: 'users' | 'courses', id: string): boolean {
  return hasActed(reader, id) || isReferenced(reader, table, id);
}

function hasActed(reader: Reader, id: string): boolean {
  const sql = `SELECT 1 FROM journal
                WHERE actor = (SELECT number FROM journal_names WHERE name = ?) LIMIT 1`;
  return reader.get(sql, id) !== undefined;
}

function isReferenced(reader: Reader, table: string, id: string): boolean {
  return referencesTo(reader, table).some(
    ({ table: from, column }) =>
      reader.get(`SELECT 1 FROM ${from} WHERE ${column} = ? LIMIT 1`, id) !== undefined,
  );
}

function referencesTo(reader: Reader, table: string): readonly Reference[] {
  return reader.remember(['references', table], () =>
    reader.all<Reference>(
      `SELECT t.name AS "table", k."from" AS "column"
         FROM sqlite_schema t, pragma_foreign_key_list(t.name) k
        WHERE t.type = 'table' AND k."table" = ? ORDER BY 1, 2`,
      table,
    ),
  );
}
