import type { Person } from '../../src/http/testing-course.ts';

/** Who asks, in the order of the columns of every row; `null`: without a token. */
export const SUBJECTS = [
  null,
  'student',
  'otherStudent',
  'ta',
  'instructor',
  'foreignInstructor',
  'admin',
] as const satisfies readonly (Person | null)[];

/**
 * What one operation answers, a status per subject:
 *
 *     nobody, student, other student, ta, instructor, instructor of another course, admin
 *
 * The object is the student's own where objects have an owner, else one of the course; for the others it
 * is another's. So the columns are {own, other's}, and `missing` is the same for an object that does
 * not exist; it is left out where the operation names no object.
 */
export interface Row {
  readonly held: string;
  readonly missing?: string;
  /**
   * The 404 of an object that is there says something else than that of one that is not, to subjects who
   * may know: its part is missing, or another object of the path is at fault.
   */
  readonly tellsMore?: true;
  /** Instead of the example of openapi.yaml; `{name}` stands for the id of that object. */
  readonly body?: unknown;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Rows = Readonly<Record<string, Row>>;

export function statuses(row: string): number[] {
  return row.trim().split(/\s+/).map(Number);
}
