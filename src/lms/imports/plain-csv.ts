import type { Readable } from 'node:stream';
import { isUsername, usernameKey } from '../username.ts';
import { type CsvRow, csvRows, type TableSpec } from './csv-table.ts';
import { FileErrors } from './file-error.ts';
import { maxEmailChars, maxExternalIdChars, maxPersonNameChars } from './limits.ts';
import type { Roster, RosterEnrollment, RosterUser, TableName } from './roster.ts';
import { RowBudget } from './table-reader.ts';
import { requireEmail } from './user-cells.ts';

const USERS: TableSpec = {
  required: ['username', 'display_name'],
  optional: ['external_id', 'email', 'site_role', 'status'],
};
const ENROLLMENTS: TableSpec = {
  required: ['course_id', 'username', 'role'],
  optional: ['status'],
};

/**
 * Reads one CSV of users or of enrollments in the words of this API; the header says which it is.
 *
 * @throws RosterRefused with all that is wrong with it
 */
export async function readPlainCsv(content: Readable, mode: 'bulk' | 'delta'): Promise<Roster> {
  const errors = new FileErrors();
  const budget = new RowBudget();
  const users = new Map<string, RosterUser>();
  const enrollments = new Map<string, RosterEnrollment>();
  const names = new Map<string, string>();
  let table: 'users' | 'enrollments' = 'users';
  let rows = 0;
  const specFor = (header: readonly string[]) => {
    const isUsers = !header.some((cell) => cell.trim().toLowerCase() === 'course_id');
    table = isUsers ? 'users' : 'enrollments';
    return isUsers ? USERS : ENROLLMENTS;
  };
  for await (const row of csvRows(content, 'roster.csv', specFor, errors)) {
    budget.take(row.file);
    rows += 1;
    if (table === 'users') takeUser(row, users, names);
    else takeEnrollment(row, enrollments);
  }
  errors.throwIfAny();
  const courses = new Set([...enrollments.keys()].map((id) => id.split('/')[0]));
  const info = (name: TableName) =>
    name === table
      ? ({ file: 'roster.csv', mode, rows, skipped: 0 } as const)
      : ({ file: `${name}.csv`, mode: 'absent', rows: 0, skipped: 0 } as const);
  return {
    info: {
      format: 'csv',
      tables: {
        users: info('users'),
        courses: info('courses'),
        enrollments: info('enrollments'),
      },
      ignored_files: [],
      warnings: [],
    },
    users: [...users.values()],
    courses: [],
    enrollments: [...enrollments.values()],
    speaksOf: (name, id) =>
      name === 'users' ? !users.has(id) : courses.has(id.split('/')[0]) && !enrollments.has(id),
  };
}

function takeUser(row: CsvRow, users: Map<string, RosterUser>, names: Map<string, string>): void {
  const { username, key } = usernameOf(row);
  const id = row.cell('external_id', maxExternalIdChars) || key;
  if (key === '') return;
  const earlier = names.get(key);
  if (earlier !== undefined) {
    row.fail(
      'duplicate_username',
      'username',
      `is that of ${earlier} too (case does not matter). Leave one of them.`,
    );
  }
  if (users.has(id))
    row.fail('duplicate_id', 'external_id', 'is that of another row too. Every row needs its own.');
  names.set(key, row.place);
  const role = row.word('site_role', ['', 'student', 'instructor']);
  users.set(id, {
    external_id: id,
    place: row.place,
    removed: false,
    username,
    username_key: key,
    display_name: row.required('display_name', maxPersonNameChars),
    email: row.has('email') ? requireEmail(row, row.cell('email', maxEmailChars)) : undefined,
    site_role: role === '' ? null : role,
    status: row.word('status', ['active', 'suspended']),
  });
}

function takeEnrollment(row: CsvRow, enrollments: Map<string, RosterEnrollment>): void {
  const { key } = usernameOf(row);
  const course = row.required('course_id', maxExternalIdChars);
  const role = row.word('role', ['student', 'ta', 'instructor']);
  const id = `${course}/${key}`;
  const earlier = enrollments.get(id);
  if (earlier !== undefined) {
    row.fail(
      'duplicate_enrollment',
      'username',
      `is enrolled in this course at ${earlier.place} already. Leave one of the two.`,
    );
  }
  enrollments.set(id, {
    external_id: id,
    place: row.place,
    removed: row.word('status', ['active', 'removed']) === 'removed',
    role,
    course: { id: course },
    user: { username_key: key },
  });
}

function usernameOf(row: CsvRow): { username: string; key: string } {
  const username = row.required('username', maxExternalIdChars);
  if (username !== '' && !isUsername(username)) {
    row.fail(
      'invalid_value',
      'username',
      'may have letters, digits and . _ - @ +, at most 64, and begins with a letter or digit.',
    );
  }
  return { username, key: usernameKey(username) };
}
