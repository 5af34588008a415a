import type { CsvRow } from './csv-table.ts';

/** Good enough to be sent to; `null` where the cell is empty. */
export function requireEmail(row: CsvRow, email: string): string | null {
  if (email === '') return null;
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    row.fail('invalid_value', 'email', 'is no e-mail address. Mend it, or leave it empty.');
  }
  return email;
}
