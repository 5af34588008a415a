import type { Readable } from 'node:stream';
import { type CsvRow, csvRows, type TableSpec } from './csv-table.ts';
import { type FileErrors, refuse } from './file-error.ts';
import { maxExternalIdChars, maxRosterRows } from './limits.ts';

/** Rows of all tables of one roster, counted together. */
export class RowBudget {
  #rows = 0;

  take(file: string): void {
    this.#rows += 1;
    if (this.#rows <= maxRosterRows) return;
    refuse(
      'too_many_rows',
      file,
      `the roster has more than ${maxRosterRows} rows. Send it in parts, as delta.`,
    );
  }
}

/** Reads one file into what `take` makes of its rows, each with an id that no other row has. */
export async function readTable(
  content: Readable,
  file: string,
  spec: TableSpec,
  parts: { readonly errors: FileErrors; readonly budget: RowBudget },
  take: (row: CsvRow, id: string) => void,
): Promise<number> {
  const lines = new Map<string, number>();
  let rows = 0;
  for await (const row of csvRows(content, file, () => spec, parts.errors)) {
    parts.budget.take(file);
    rows += 1;
    const id = row.required('sourcedId', maxExternalIdChars);
    if (id === '') continue;
    const earlier = lines.get(id);
    if (earlier !== undefined) {
      row.fail(
        'duplicate_id',
        'sourcedId',
        `"${id}" is the id of line ${earlier} too. Every row needs its own.`,
      );
      continue;
    }
    lines.set(id, row.line);
    take(row, id);
  }
  return rows;
}
