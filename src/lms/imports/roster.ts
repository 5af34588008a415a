/** What a roster says of a user; the shape that leaves the thread that reads it. */
export interface RosterUser {
  readonly external_id: string;
  /** `users.csv:17` */
  readonly place: string;
  /** The system says that they are gone; then the rest may be empty. */
  readonly removed: boolean;
  readonly username: string;
  readonly username_key: string;
  readonly display_name: string;
  /** `undefined` in a plain CSV without the column: it stays as it is. */
  readonly email: string | null | undefined;
  /** `null`: the files do not say. */
  readonly site_role: 'instructor' | 'student' | null;
  readonly status: 'active' | 'suspended';
}

export interface RosterCourse {
  readonly external_id: string;
  readonly place: string;
  readonly removed: boolean;
  readonly code: string;
  readonly title: string;
}

export interface RosterEnrollment {
  readonly external_id: string;
  readonly place: string;
  readonly removed: boolean;
  readonly role: 'instructor' | 'ta' | 'student';
  /** Of a plain CSV: the id here; else the external one. */
  readonly course: { readonly id: string } | { readonly external_id: string };
  readonly user: { readonly username_key: string } | { readonly external_id: string };
}

export interface RosterTables {
  readonly users: RosterUser;
  readonly courses: RosterCourse;
  readonly enrollments: RosterEnrollment;
}

export type TableName = keyof RosterTables;

/** `bulk`: what is not in the file is gone; `delta`: the file says what changed. */
export type TableMode = 'bulk' | 'delta' | 'absent';

export interface TableInfo {
  readonly file: string;
  readonly mode: TableMode;
  readonly rows: number;
  readonly skipped: number;
}

export interface RosterInfo {
  readonly format: 'oneroster_1.1' | 'oneroster_1.2' | 'csv';
  readonly tables: Readonly<Record<TableName, TableInfo>>;
  readonly ignored_files: readonly string[];
  readonly warnings: readonly string[];
}

/** A roster that was read whole and found good by itself. */
export interface Roster {
  readonly info: RosterInfo;
  readonly users: readonly RosterUser[];
  readonly courses: readonly RosterCourse[];
  readonly enrollments: readonly RosterEnrollment[];
  /**
   * Whether a bulk file that lacks this id says that it is gone. A plain CSV of enrollments speaks of
   * the courses that it names only.
   */
  speaksOf(table: TableName, externalId: string): boolean;
}
