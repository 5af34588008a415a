import type { PackedFile } from '../lms/queries/course-package.ts';

/** Wherever a row of a package has one. */
export function filesIn(row: object): PackedFile[] {
  const {
    attachments = [],
    file = null,
    attempts = [],
  } = row as {
    attachments?: readonly PackedFile[];
    file?: PackedFile | null;
    attempts?: readonly { readonly files: readonly PackedFile[] }[];
  };
  const all = [...attachments, ...attempts.flatMap(({ files }) => files)];
  return file === null ? all : [...all, file];
}

/** Fields that have the id of a person. */
const PEOPLE: ReadonlySet<string> = new Set([
  'actor_id',
  'answered_by',
  'author_id',
  'endorsed_by',
  'granted_by',
  'student_id',
]);

/** Ids of whom a row names, at any depth. */
export function* peopleIn(value: object): Generator<string> {
  for (const [name, member] of Object.entries(value)) {
    if (PEOPLE.has(name) && typeof member === 'string') yield member;
    else if (typeof member === 'object' && member !== null) yield* peopleIn(member);
  }
}
