import type { ImportChange } from '../commands/import-change.ts';
import type { Verdict } from './diff-users.ts';
import type { FileErrors } from './file-error.ts';
import type { FoundRows } from './found-rows.ts';
import type { RosterEnrollment } from './roster.ts';

/** Ids of what this very roster makes: the tables do not have it yet. */
export interface NewIds {
  user(externalId: string): string | undefined;
  course(externalId: string): string | undefined;
}

/** @param errors get what refers to nobody, or to another than before */
export function diffEnrollment(
  enrollment: RosterEnrollment,
  found: FoundRows,
  made: NewIds,
  errors: FileErrors,
): Verdict {
  const known = found.objectOf('enrollment', enrollment.external_id);
  if (enrollment.removed)
    return known === null ? 'unchanged' : removeKnown(known, enrollment, found);
  const course = courseOf(enrollment, found, made);
  const user = userOf(enrollment, found, made);
  if (course === null || user === null) {
    orphan(enrollment, course === null ? 'course' : 'user', errors);
    return 'skipped';
  }
  const objectId = `${course}/${user}`;
  if (known !== null && known !== objectId) {
    fail(
      enrollment,
      errors,
      'id_reused',
      'was the id of another class or user before. An id keeps its meaning: use a new one.',
    );
    return 'skipped';
  }
  if (isDeleted(course, user, found)) return 'skipped';
  return compare(enrollment, objectId, found.enrollment(course, user), known === null);
}

function compare(
  enrollment: RosterEnrollment,
  objectId: string,
  row: { readonly role: string; readonly version: number } | undefined,
  addsLink: boolean,
): Verdict {
  const { role } = enrollment;
  if (row?.role === role && !addsLink) return 'unchanged';
  const operation = row === undefined ? 'create' : row.role === role ? 'link' : 'update';
  return {
    ...changeOf(enrollment, objectId),
    operation,
    label: `${role}: ${nameOf(enrollment.user)} in ${nameOf(enrollment.course)}`,
    adds_link: addsLink,
    expected_version: row?.version ?? null,
    fields: operation === 'link' ? {} : { role },
    before: row === undefined ? null : operation === 'link' ? {} : { role: row.role },
  };
}

function removeKnown(objectId: string, of: RosterEnrollment, found: FoundRows): Verdict {
  const [course = '', user = ''] = objectId.split('/');
  const row = found.enrollment(course, user);
  return row === undefined ? 'unchanged' : removeEnrollment(objectId, of, row);
}

/** The right to see the course goes; what was handed in and graded stays. */
export function removeEnrollment(
  objectId: string,
  of: { readonly external_id: string; readonly place: string | null },
  row: { readonly role: string; readonly version: number },
): ImportChange {
  return {
    ...changeOf(of, objectId),
    operation: 'remove',
    label: `${row.role}: ${of.external_id}`,
    adds_link: false,
    expected_version: row.version,
    fields: {},
    before: { role: row.role },
  };
}

function changeOf(
  { external_id, place }: { readonly external_id: string; readonly place: string | null },
  objectId: string,
) {
  return { kind: 'enrollment', external_id, object_id: objectId, place } as const;
}

function courseOf({ course }: RosterEnrollment, found: FoundRows, made: NewIds): string | null {
  if ('id' in course) return found.course(course.id)?.deleted_at === null ? course.id : null;
  return made.course(course.external_id) ?? found.objectOf('course', course.external_id);
}

function userOf({ user }: RosterEnrollment, found: FoundRows, made: NewIds): string | null {
  if ('username_key' in user) {
    const row = found.userByKey(user.username_key);
    return row === undefined || row.deleted_at !== null ? null : row.id;
  }
  return made.user(user.external_id) ?? found.objectOf('user', user.external_id);
}

/** Known by its id, and deleted here since: left out, as the user or course itself is. */
function isDeleted(course: string, user: string, found: FoundRows): boolean {
  const isGone = (row: { readonly deleted_at: number | null } | undefined) =>
    row !== undefined && row.deleted_at !== null;
  return isGone(found.course(course)) || isGone(found.user(user));
}

function orphan(enrollment: RosterEnrollment, what: 'course' | 'user', errors: FileErrors): void {
  const name = nameOf(enrollment[what]);
  fail(
    enrollment,
    errors,
    'orphan',
    `"${name}" is no ${what} of this roster, nor one that came before. Add it, or mend the id.`,
  );
}

function fail(
  { place }: RosterEnrollment,
  errors: FileErrors,
  code: 'orphan' | 'id_reused',
  what: string,
): void {
  const [file = '', line] = place.split(':');
  errors.add(code, { file, line: Number(line) }, what);
}

function nameOf(reference: RosterEnrollment['course'] | RosterEnrollment['user']): string {
  return Object.values(reference)[0] ?? '';
}
