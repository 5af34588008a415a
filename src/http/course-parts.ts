import type {
  StageCourse,
  StagedAssignment,
  StagedMaterial,
} from '../lms/commands/stage-course.ts';
import type { PackedFile } from '../lms/queries/course-package.ts';
import { fileKey } from './course-package.ts';
import { newId } from './ids.ts';
import { packagePartBytes } from './limits.ts';
import type { PackedAssignment, PackedMaterial, ReadPackage } from './read-course-package.ts';

/** New ids of what is in a package. */
export interface PackageIds {
  /** Of courses, assignments and materials: old to new. */
  readonly objects: Record<string, string>;
  /** Of files, by `fileKey`. */
  readonly files: Map<string, string>;
}

/** As much of a course as fits one entry of the log. */
export interface CoursePart {
  /** Of files that no part before has named. */
  readonly digests: readonly string[];
  /** All of it but the files. */
  readonly content: Omit<StageCourse, 'files'>;
}

type Item =
  | { readonly assignment: PackedAssignment; readonly digests: readonly string[] }
  | { readonly material: PackedMaterial; readonly digests: readonly string[] };

/** Cuts a package into parts; the first brings the course itself. */
export function* courseParts(
  { course, assignments, materials }: ReadPackage,
  courseId: string,
  ids: PackageIds,
): Generator<CoursePart> {
  const { code, title, description_md = '' } = course;
  const named = new Set<string>();
  let head: Pick<StageCourse, 'course'> = { course: { code, title, description_md } };
  for (const items of groups(itemsOf(assignments, materials))) {
    const fresh = items.flatMap(({ digests }) => digests).filter((one) => !named.has(one));
    for (const one of fresh) named.add(one);
    const own = head;
    head = {};
    yield {
      digests: [...new Set(fresh)],
      content: { course_id: courseId, ...own, ...built(items, ids) },
    };
  }
  if (head.course === undefined) return;
  const empty = { assignments: [], materials: [] };
  yield { digests: [], content: { course_id: courseId, ...head, ...empty } };
}

function* itemsOf(
  assignments: readonly PackedAssignment[],
  materials: readonly PackedMaterial[],
): Generator<Item> {
  for (const assignment of assignments) {
    yield { assignment, digests: assignment.attachments.map(({ sha256 }) => sha256) };
  }
  for (const material of materials) {
    yield { material, digests: material.file === null ? [] : [material.file.sha256] };
  }
}

function* groups(items: Iterable<Item>): Generator<Item[]> {
  let group: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    if (group.length > 0 && bytes + size > packagePartBytes) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(item);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

function built(items: readonly Item[], ids: PackageIds) {
  const assignments: StagedAssignment[] = [];
  const materials: StagedMaterial[] = [];
  for (const item of items) {
    if ('assignment' in item) assignments.push(newAssignment(item.assignment, ids));
    else materials.push(newMaterial(item.material, ids));
  }
  return { assignments, materials };
}

function newAssignment(assignment: PackedAssignment, ids: PackageIds): StagedAssignment {
  const { id, attachments, ...fields } = assignment;
  const assignment_id = newId('asg');
  ids.objects[id] = assignment_id;
  return { ...fields, assignment_id, attachments: attachments.map((file) => idOf(file, ids)) };
}

function newMaterial(material: PackedMaterial, ids: PackageIds): StagedMaterial {
  const { id, title, topic, text_md, file } = material;
  const material_id = newId('mat');
  ids.objects[id] = material_id;
  return {
    material_id,
    title,
    topic,
    text_md,
    file_id: file === null ? null : idOf(file, ids),
  };
}

function idOf(file: PackedFile, ids: PackageIds): string {
  const id = ids.files.get(fileKey(file));
  if (id === undefined) throw new Error(`broken invariant: ${file.sha256} was not unpacked`);
  return id;
}
