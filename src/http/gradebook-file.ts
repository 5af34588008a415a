import { Readable } from 'node:stream';
import { toMilliPoints } from '../lms/points.ts';
import { usernameKey } from '../lms/username.ts';
import { LEADING_COLUMNS, TRAILING_COLUMNS } from './gradebook-csv.ts';
import { maxGradebookRowBytes } from './limits.ts';
import { Problem } from './problem.ts';

/** What is wrong with a cell, a row (`column` is `null`) or the file. */
export interface FileError {
  readonly line: number;
  readonly column: string | null;
  readonly code: string;
  readonly detail: string;
}

/** A student's line. Either the id is there, or the name to find it by. */
export interface FileRow {
  readonly line: number;
  readonly student_id: string | null;
  readonly username_key: string | null;
  readonly base_index: number;
  readonly cells: readonly { readonly assignment_id: string; readonly points: number }[];
}

export interface GradebookFile {
  readonly rows: readonly FileRow[];
  readonly errors: readonly FileError[];
}

type Columns = readonly ({ readonly name: string } | { readonly assignment_id: string } | null)[];

/**
 * Reads a gradebook as `gradebookCsv` writes it, or a spreadsheet that was made from it: a BOM, another
 * case or order of the columns, missing ones and empty cells are let pass.
 *
 * @throws Problem `invalid_value` when it is not CSV, or its header is not that of a gradebook
 */
export async function readGradebookFile(
  content: AsyncIterable<Uint8Array>,
): Promise<GradebookFile> {
  const rows: FileRow[] = [];
  const errors: FileError[] = [];
  let columns: Columns | null = null;
  for await (const { record, line } of records(content)) {
    if (columns === null) columns = header(record);
    else if (record.length !== columns.length) {
      const detail = `It has ${record.length} cells, the header has ${columns.length}.`;
      errors.push({ line, column: null, code: 'wrong_cell_count', detail });
    } else rows.push(row(record, line, columns, errors));
  }
  if (columns === null) throw wrongHeader('empty_file', 'The file has no header line.');
  return { rows, errors };
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* records(content: AsyncIterable<Uint8Array>) {
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done === true) return;
  const { CsvError, parse } = await import('csv-parse');
  const source = Readable.from(beginningWith(first.value, pieces));
  const parser = source.pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(first.value),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxGradebookRowBytes,
    }),
  );
  // An error of the source does not travel through a pipe by itself.
  source.once('error', (error) => parser.destroy(error));
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      yield { record, line: info.lines };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw wrongHeader('not_csv', `The body is not CSV (RFC 4180): ${error.message}.`);
  }
}

async function* beginningWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>) {
  yield first;
  for (;;) {
    const { done, value } = await rest.next();
    if (done === true) return;
    yield value;
  }
}

/** Spreadsheets write semicolons where the comma is for decimals: whatever ends the first name. */
function delimiterOf(beginning: Uint8Array): string {
  const text = Buffer.from(beginning.subarray(0, 1_024)).toString('utf8');
  return /^\ufeff?"?\s*[\w[\]]+\s*"?([,;\t])/.exec(text)?.[1] ?? ',';
}

const ASSIGNMENT = /(?:^|\[)(asg_[0-9a-z]+)\]?$/i;

function header(record: readonly string[]): Columns {
  const seen = new Set<string>();
  const columns = record.map((cell) => {
    const name = cell.trim();
    const assignment = ASSIGNMENT.exec(name)?.[1]?.toLowerCase();
    const key = assignment ?? name.toLowerCase();
    if (seen.has(key))
      throw wrongHeader('duplicate_column', `The column "${name}" is there twice.`);
    seen.add(key);
    if (assignment !== undefined) return { assignment_id: assignment };
    if ((LEADING_COLUMNS as readonly string[]).includes(key)) return { name: key };
    if ((TRAILING_COLUMNS as readonly string[]).includes(key)) return null;
    throw wrongHeader(
      'unknown_column',
      `The column "${name}" is not known. Take it out; an assignment is named by its id, in brackets ` +
        'at the end: "Essay (10) [asg_…]".',
    );
  });
  if (seen.has('student_id') || seen.has('username')) return columns;
  throw wrongHeader(
    'missing_column',
    'Neither student_id nor username is there to tell whose row it is.',
  );
}

function wrongHeader(code: string, detail: string): Problem {
  return new Problem('invalid_value', detail, { errors: [{ pointer: '/1', code, detail }] });
}

function row(
  record: readonly string[],
  line: number,
  columns: Columns,
  errors: FileError[],
): FileRow {
  const named = new Map<string, string>();
  const cells: { assignment_id: string; points: number }[] = [];
  for (const [n, column] of columns.entries()) {
    const value = (record[n] ?? '').trim();
    if (column === null || value === '') continue;
    if ('name' in column) named.set(column.name, value);
    else {
      const read = readPoints(value);
      const { assignment_id } = column;
      if (typeof read === 'number') cells.push({ assignment_id, points: read });
      else errors.push({ line, column: assignment_id, ...read });
    }
  }
  const base = named.get('base_index') ?? '0';
  if (!/^\d{1,15}$/.test(base)) {
    const detail = 'It must be the number that the export had there, or empty.';
    errors.push({ line, column: 'base_index', code: 'not_a_number', detail });
  }
  const student_id = named.get('student_id') ?? null;
  const username = named.get('username') ?? null;
  if (student_id === null && username === null) {
    const detail = 'The row does not say whose it is.';
    errors.push({ line, column: null, code: 'missing_value', detail });
  }
  const username_key = username === null ? null : usernameKey(username);
  return { line, student_id, username_key, base_index: Number(base), cells };
}

/** Milli-points, or what is wrong with the cell. */
function readPoints(value: string): number | { code: string; detail: string } {
  if (/^'?[=+@]/.test(value) || /^'?-\D/.test(value)) {
    const detail = 'This is a formula. Paste its value instead.';
    return { code: 'formula_cell', detail };
  }
  const points = /^-?\d{1,9}(\.\d+)?$/.test(value) ? toMilliPoints(Number(value)) : null;
  if (points !== null && points >= 0) return points;
  const detail = `"${value.slice(0, 40)}" is not a number of points: 0 or more, with a decimal point.`;
  return { code: 'not_a_number', detail };
}
