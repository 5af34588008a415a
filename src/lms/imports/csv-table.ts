import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type FileErrors, refuse } from './file-error.ts';
import { maxColumns, maxRowBytes } from './limits.ts';
import { DamagedEntry, damaged } from './zip-entries.ts';

/** Columns that a file may have; others are refused, unless they begin with `metadata.`. */
export interface TableSpec {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** One row, by the names of its columns. */
export class CsvRow {
  readonly file: string;
  readonly line: number;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #cells: readonly string[];
  readonly #errors: FileErrors;

  constructor(
    file: string,
    line: number,
    columns: ReadonlyMap<string, number>,
    cells: readonly string[],
    errors: FileErrors,
  ) {
    this.file = file;
    this.line = line;
    this.#columns = columns;
    this.#cells = cells;
    this.#errors = errors;
  }

  get place(): string {
    return `${this.file}:${this.line}`;
  }

  has(column: string): boolean {
    return this.#columns.has(column);
  }

  /** Without spaces around it; empty when the cell or the column is missing. */
  cell(column: string, maxChars: number): string {
    const value = (this.#cells[this.#columns.get(column) ?? -1] ?? '').trim();
    if (value === '') return '';
    if (/[\p{Cc}\u2028\u2029]/u.test(value)) {
      this.fail('control_character', column, 'has a control character or a line break. Remove it.');
    } else if (/^[=+@-]/.test(value)) {
      this.fail(
        'formula_cell',
        column,
        `begins with "${value[0]}", which spreadsheets run as a formula. Remove it.`,
      );
    } else if (value.length > maxChars) {
      this.fail('too_long', column, `has more than ${maxChars} characters. Shorten it.`);
    }
    return value;
  }

  required(column: string, maxChars: number): string {
    const value = this.cell(column, maxChars);
    if (value === '') this.fail('missing_value', column, 'is empty. Fill it in.');
    return value;
  }

  /** One of these words, as they are written; the first where the cell is empty. */
  word<Word extends string>(column: string, words: readonly [Word, ...Word[]]): Word {
    const value = this.cell(column, maxRowBytes);
    const found = value === '' ? words[0] : words.find((word) => word === value);
    if (found !== undefined) return found;
    this.fail('invalid_value', column, `must be one of: ${words.join(', ')}.`);
    return words[0];
  }

  fail(code: Parameters<FileErrors['add']>[0], column: string | null, what: string): void {
    this.#errors.add(code, { file: this.file, line: this.line, column }, what);
  }
}

/**
 * The rows of a CSV file (RFC 4180, UTF-8, a BOM is let pass), one at a time.
 *
 * @throws RosterRefused when it is no such file, or its header is wrong
 */
export async function* csvRows(
  content: Readable,
  file: string,
  specFor: (header: readonly string[]) => TableSpec,
  errors: FileErrors,
): AsyncGenerator<CsvRow> {
  let columns: ReadonlyMap<string, number> | null = null;
  for await (const { cells, line } of records(content, file)) {
    if (columns === null) {
      columns = checkedHeader(cells, file, specFor(cells));
      continue;
    }
    if (cells.length !== columns.size) {
      errors.add(
        'wrong_cell_count',
        { file, line },
        `has ${cells.length} cells, the header has ${columns.size}. Is a comma or a quote missing?`,
      );
      continue;
    }
    yield new CsvRow(file, line, columns, cells, errors);
  }
  if (columns === null)
    refuse('empty_file', file, 'has no header line. Write the names of its columns into line 1.');
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Of each record its cells and the line that it ends on, which is the one that it is on. */
async function* records(content: Readable, file: string) {
  const source = Readable.from(decoded(content, file));
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowBytes,
  });
  // An error of the source does not travel through a pipe by itself.
  source.once('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let line = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      line = info.lines;
      yield { cells: record, line };
    }
  } catch (error) {
    if (error instanceof DamagedEntry) damaged(error.file, error.message);
    if (!(error instanceof CsvError)) throw error;
    refuse('not_csv', file, `is not CSV (RFC 4180) after this line: ${error.message}.`, line);
  } finally {
    source.destroy();
    content.destroy();
  }
}

async function* decoded(content: Readable, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of content) yield decoder.decode(chunk as Uint8Array, { stream: true });
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    refuse('not_utf8', file, 'is not UTF-8. Save it as "CSV UTF-8".');
  }
}

function checkedHeader(
  cells: readonly string[],
  file: string,
  { required, optional }: TableSpec,
): ReadonlyMap<string, number> {
  const known = [...required, ...optional];
  const columns = new Map<string, number>();
  if (cells.length > maxColumns)
    refuse('unknown_column', file, `has more than ${maxColumns} columns.`, 1);
  for (const [at, cell] of cells.entries()) {
    const name = cell.trim();
    if (columns.has(name)) refuse('duplicate_column', file, `has the column "${name}" twice.`, 1);
    if (!known.includes(name) && !name.startsWith('metadata.')) refuseColumn(name, known, file);
    columns.set(name, at);
  }
  const missing = required.filter((name) => !columns.has(name));
  if (missing.length > 0) {
    refuse(
      'missing_column',
      file,
      `lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}.`,
      1,
    );
  }
  return columns;
}

function refuseColumn(name: string, known: readonly string[], file: string): never {
  const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
  if (meant !== undefined) {
    refuse(
      'header_case',
      file,
      `the column "${name}" must be written "${meant}": names of columns are case-sensitive.`,
      1,
    );
  }
  return refuse(
    'unknown_column',
    file,
    `the column "${name}" is not known. Known are ${known.join(', ')}, and what begins with metadata.`,
    1,
  );
}
