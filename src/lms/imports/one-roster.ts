import { isUsername, usernameKey } from '../username.ts';
import type { CsvRow } from './csv-table.ts';
import { FileErrors } from './file-error.ts';
import {
  maxCourseCodeChars,
  maxCourseTitleChars,
  maxEmailChars,
  maxExternalIdChars,
  maxPersonNameChars,
} from './limits.ts';
import { type Manifest, readManifest } from './manifest.ts';
import {
  ENROLLMENT_ROLES,
  OUTSIDE,
  SPECS,
  TEACHING,
  USER_ROLES,
  type UsedFile,
} from './one-roster-files.ts';
import type { Roster, RosterCourse, RosterEnrollment, RosterUser } from './roster.ts';
import { RowBudget, readTable } from './table-reader.ts';
import { requireEmail } from './user-cells.ts';
import type { ZipEntries } from './zip-entries.ts';

/**
 * Reads a OneRoster zip, 1.1 or 1.2: users, classes (our courses) and enrollments.
 *
 * @throws RosterRefused with all that is wrong with it
 */
export async function readOneRoster(zip: ZipEntries): Promise<Roster> {
  const manifest = await readManifest(zip);
  const reading = new OneRosterReading(zip, manifest);
  await reading.readAll();
  return reading.roster();
}

class OneRosterReading {
  readonly #zip: ZipEntries;
  readonly #manifest: Manifest;
  readonly #errors = new FileErrors();
  readonly #budget = new RowBudget();
  readonly #rows = new Map<UsedFile, number>();
  readonly #rolesOf = new Map<string, string[]>();
  readonly #codeOf = new Map<string, string>();
  readonly #users = new Map<string, RosterUser>();
  readonly #usernames = new Map<string, string>();
  /** Guardians and the like. */
  readonly #outside = new Set<string>();
  readonly #courses = new Map<string, RosterCourse>();
  readonly #enrollments = new Map<string, RosterEnrollment>();
  readonly #pairs = new Map<string, number>();
  readonly #skippedEnrollments = new Set<string>();

  constructor(zip: ZipEntries, manifest: Manifest) {
    this.#zip = zip;
    this.#manifest = manifest;
  }

  /** In the order in which the files refer to one another. */
  async readAll(): Promise<void> {
    await this.#read('roles', (row) => this.#takeRole(row));
    await this.#read('users', (row, id) => this.#takeUser(row, id));
    await this.#read('courses', (row, id) => {
      this.#codeOf.set(id, row.cell('courseCode', maxExternalIdChars));
    });
    await this.#read('classes', (row, id) => this.#takeClass(row, id));
    await this.#read('enrollments', (row, id) => this.#takeEnrollment(row, id));
    this.#errors.throwIfAny();
  }

  roster(): Roster {
    const { version, modes, ignored } = this.#manifest;
    const table = (file: UsedFile, skipped: number) => ({
      file: `${file}.csv`,
      mode: modes[file],
      rows: this.#rows.get(file) ?? 0,
      skipped,
    });
    const known = {
      users: this.#users,
      courses: this.#courses,
      enrollments: this.#enrollments,
    };
    return {
      info: {
        format: `oneroster_${version}`,
        tables: {
          users: table('users', this.#outside.size),
          courses: table('classes', 0),
          enrollments: table('enrollments', this.#skippedEnrollments.size),
        },
        ignored_files: ignored,
        warnings: this.#warnings(),
      },
      users: [...this.#users.values()],
      courses: [...this.#courses.values()],
      enrollments: [...this.#enrollments.values()],
      speaksOf: (name, id) => !known[name].has(id),
    };
  }

  #warnings(): string[] {
    const withPasswords = this.#withPasswords;
    return withPasswords === 0
      ? []
      : [
          `users.csv: ${withPasswords} passwords were not looked at: they are never taken from a file.`,
        ];
  }

  #withPasswords = 0;

  async #read(file: UsedFile, take: (row: CsvRow, id: string) => void): Promise<void> {
    if (this.#manifest.modes[file] === 'absent') return;
    const name = `${file}.csv`;
    const parts = { errors: this.#errors, budget: this.#budget };
    const rows = await readTable(await this.#zip.open(name), name, SPECS[file], parts, take);
    this.#rows.set(file, rows);
  }

  /** Bulk says `active` or nothing; delta must say which. */
  #isRemoved(row: CsvRow, file: UsedFile): boolean {
    if (this.#manifest.modes[file] === 'bulk') {
      return row.word('status', ['', 'active', 'tobedeleted']) === 'tobedeleted';
    }
    const status = row.required('status', maxExternalIdChars);
    if (status === '') return false;
    return row.word('status', ['active', 'tobedeleted']) === 'tobedeleted';
  }

  #takeRole(row: CsvRow): void {
    if (this.#isRemoved(row, 'roles')) return;
    const user = row.required('userSourcedId', maxExternalIdChars);
    const role = row.word('role', USER_ROLES);
    this.#rolesOf.set(user, [...(this.#rolesOf.get(user) ?? []), role]);
  }

  #takeUser(row: CsvRow, id: string): void {
    const removed = this.#isRemoved(row, 'users');
    if (removed) {
      this.#users.set(id, goneUser(row, id));
      return;
    }
    if (row.cell('password', maxExternalIdChars * 4) !== '') this.#withPasswords += 1;
    const roles = this.#rolesOfUser(row, id);
    if (roles.length > 0 && roles.every((role) => OUTSIDE.has(role))) {
      this.#outside.add(id);
      return;
    }
    const username = row.required('username', maxExternalIdChars);
    if (username !== '' && !isUsername(username)) {
      row.fail(
        'invalid_value',
        'username',
        'may have letters, digits and . _ - @ +, at most 64, and begins with a letter or digit.',
      );
    }
    const key = usernameKey(username);
    this.#requireOwnName(row, key);
    const isTeaching = roles.some((role) => TEACHING.has(role));
    this.#users.set(id, {
      external_id: id,
      place: row.place,
      removed,
      username,
      username_key: key,
      display_name: displayName(row),
      email: requireEmail(row, row.cell('email', maxEmailChars)),
      site_role: roles.length === 0 ? null : isTeaching ? 'instructor' : 'student',
      status: row.word('enabledUser', ['true', 'false']) === 'true' ? 'active' : 'suspended',
    });
  }

  #rolesOfUser(row: CsvRow, id: string): readonly string[] {
    if (row.has('role')) return [row.word('role', USER_ROLES)];
    return this.#rolesOf.get(id) ?? [];
  }

  #requireOwnName(row: CsvRow, key: string): void {
    const earlier = this.#usernames.get(key);
    if (earlier === undefined) this.#usernames.set(key, row.place);
    else
      row.fail(
        'duplicate_username',
        'username',
        `is that of ${earlier} too (case does not matter). Every user needs an own one.`,
      );
  }

  #takeClass(row: CsvRow, id: string): void {
    const removed = this.#isRemoved(row, 'classes');
    const title = removed ? '' : row.required('title', maxCourseTitleChars);
    const template = removed ? '' : row.required('courseSourcedId', maxExternalIdChars);
    if (!removed && this.#manifest.modes.courses === 'bulk' && !this.#codeOf.has(template)) {
      row.fail(
        'orphan',
        'courseSourcedId',
        `"${template}" is no row of courses.csv. Add it, or mend the id.`,
      );
    }
    const own = row.cell('classCode', maxExternalIdChars);
    const code = own || this.#codeOf.get(template) || id;
    this.#courses.set(id, {
      external_id: id,
      place: row.place,
      removed,
      code: code.slice(0, maxCourseCodeChars),
      title,
    });
  }

  #takeEnrollment(row: CsvRow, id: string): void {
    const removed = this.#isRemoved(row, 'enrollments');
    const course = row.required('classSourcedId', maxExternalIdChars);
    const user = row.required('userSourcedId', maxExternalIdChars);
    const word = row.required('role', maxExternalIdChars);
    const role = ENROLLMENT_ROLES[word];
    if (role === undefined && word !== '') {
      row.fail(
        'invalid_value',
        'role',
        `must be one of: ${Object.keys(ENROLLMENT_ROLES).join(', ')}.`,
      );
    }
    if (role === null || this.#outside.has(user)) {
      this.#skippedEnrollments.add(id);
      return;
    }
    if (!removed) {
      this.#requireOwnPair(row, course, user);
      this.#requireKnown(row, 'classes', 'classSourcedId', course, this.#courses);
      this.#requireKnown(row, 'users', 'userSourcedId', user, this.#users);
    }
    this.#enrollments.set(id, {
      external_id: id,
      place: row.place,
      removed,
      role: role ?? 'student',
      course: { external_id: course },
      user: { external_id: user },
    });
  }

  #requireOwnPair(row: CsvRow, course: string, user: string): void {
    const pair = JSON.stringify([course, user]);
    const earlier = this.#pairs.get(pair);
    if (earlier === undefined) this.#pairs.set(pair, row.line);
    else
      row.fail(
        'duplicate_enrollment',
        'userSourcedId',
        `this user is enrolled in this class on line ${earlier} already. Leave one of the two.`,
      );
  }

  /** A file that has all of them must have this one; else the rosters before may have brought it. */
  #requireKnown(
    row: CsvRow,
    file: 'users' | 'classes',
    column: string,
    id: string,
    known: ReadonlyMap<string, { readonly removed: boolean }>,
  ): void {
    if (this.#manifest.modes[file] !== 'bulk' || id === '' || known.has(id)) return;
    row.fail('orphan', column, `"${id}" is no row of ${file}.csv. Add it, or mend the id.`);
  }
}

function goneUser(row: CsvRow, id: string): RosterUser {
  return {
    external_id: id,
    place: row.place,
    removed: true,
    username: '',
    username_key: '',
    display_name: '',
    email: null,
    site_role: null,
    status: 'suspended',
  };
}

function displayName(row: CsvRow): string {
  const given =
    row.cell('preferredGivenName', maxPersonNameChars) ||
    row.required('givenName', maxPersonNameChars);
  const family =
    row.cell('preferredFamilyName', maxPersonNameChars) ||
    row.required('familyName', maxPersonNameChars);
  return `${given} ${family}`.slice(0, maxPersonNameChars);
}
