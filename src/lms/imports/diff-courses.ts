import type { Fields, ImportChange } from '../commands/import-change.ts';
import { changed, pick, type Verdict } from './diff-users.ts';
import type { FoundCourse, FoundRows } from './found-rows.ts';
import type { RosterCourse } from './roster.ts';

/** A course that an administrator deleted here stays deleted. */
export function diffCourse(
  course: RosterCourse,
  found: FoundRows,
  idOf: (externalId: string) => string,
): Verdict {
  const objectId = found.objectOf('course', course.external_id);
  if (objectId === null) {
    return course.removed ? 'unchanged' : createCourse(course, idOf(course.external_id));
  }
  const row = found.course(objectId);
  if (row === undefined || row.deleted_at !== null) return 'skipped';
  if (course.removed) return removeCourse(row, course);
  const back = found.wasRemovedByImport('course', course.external_id, row.version);
  const { code, title } = course;
  const fields = changed(row as unknown as Fields, {
    code,
    title,
    ...(back && { status: 'active' }),
  });
  if (fields === null) return 'unchanged';
  return {
    ...changeOf(row, course),
    operation: 'update',
    fields,
    before: pick(row as unknown as Fields, fields),
  };
}

function createCourse(course: RosterCourse, id: string): ImportChange {
  const { code, title, external_id, place } = course;
  return {
    kind: 'course',
    operation: 'create',
    external_id,
    object_id: id,
    place,
    label: `${code} ${title}`,
    adds_link: true,
    expected_version: null,
    fields: { code, title, status: 'active' },
    before: null,
  };
}

/** Archived, never deleted. */
export function removeCourse(
  row: FoundCourse,
  of: { readonly external_id: string; readonly place: string | null },
): Verdict {
  if (row.deleted_at !== null || row.status !== 'active') return 'unchanged';
  return {
    ...changeOf(row, of),
    operation: 'remove',
    fields: { status: 'archived' },
    before: { status: row.status },
  };
}

function changeOf(
  row: FoundCourse,
  { external_id, place }: { readonly external_id: string; readonly place: string | null },
) {
  return {
    kind: 'course',
    external_id,
    object_id: row.id,
    place,
    label: `${row.code} ${row.title}`,
    adds_link: false,
    expected_version: row.version,
  } as const;
}
