import { maxErrorsTold } from './limits.ts';

/** A mistake in a roster: where, what, and how to mend it. */
export interface FileError {
  /** Within the zip; of a plain CSV `users.csv` or `enrollments.csv`. */
  readonly file: string;
  /** From 1, the header's line; `null`: the file as a whole. */
  readonly line: number | null;
  readonly column: string | null;
  readonly code: FileErrorCode;
  readonly detail: string;
}

export type FileErrorCode =
  | 'not_a_zip'
  | 'encrypted'
  | 'too_many_files'
  | 'duplicate_file'
  | 'unsafe_name'
  | 'nested_folder'
  | 'nested_zip'
  | 'unknown_file'
  | 'zip_bomb'
  | 'damaged'
  | 'manifest_missing'
  | 'manifest_invalid'
  | 'manifest_mismatch'
  | 'not_utf8'
  | 'not_csv'
  | 'empty_file'
  | 'header_case'
  | 'unknown_column'
  | 'duplicate_column'
  | 'missing_column'
  | 'wrong_cell_count'
  | 'too_many_rows'
  | 'missing_value'
  | 'invalid_value'
  | 'too_long'
  | 'control_character'
  | 'formula_cell'
  | 'duplicate_id'
  | 'duplicate_username'
  | 'duplicate_enrollment'
  | 'username_taken'
  | 'id_reused'
  | 'orphan';

/** The roster cannot be imported; nothing of it was kept. */
export class RosterRefused extends Error {
  override readonly name = 'RosterRefused';
  readonly errors: readonly FileError[];
  /** More than `errors` when not all are told. */
  readonly errorsTotal: number;

  constructor(errors: readonly FileError[], errorsTotal = errors.length) {
    super(errors[0]?.detail ?? 'the roster was refused');
    this.errors = errors;
    this.errorsTotal = errorsTotal;
  }
}

/** Collects mistakes, so that people mend all of them at once; tells the first ones only. */
export class FileErrors {
  readonly #told: FileError[] = [];
  #total = 0;

  add(
    code: FileErrorCode,
    place: { file: string; line?: number | null; column?: string | null },
    what: string,
  ): void {
    this.#total += 1;
    if (this.#told.length >= maxErrorsTold) return;
    const { file, line = null, column = null } = place;
    const where = `${file}${line === null ? '' : `:${line}`}${column === null ? '' : `, ${column}`}`;
    this.#told.push({ file, line, column, code, detail: `${where}: ${what}` });
  }

  throwIfAny(): void {
    if (this.#total > 0) throw new RosterRefused(this.#told, this.#total);
  }
}

/** A mistake that makes reading on pointless. */
export function refuse(code: FileErrorCode, file: string, what: string, line?: number): never {
  const errors = new FileErrors();
  errors.add(code, { file, ...(line !== undefined && { line }) }, what);
  errors.throwIfAny();
  throw new Error('broken invariant: an error was added');
}
