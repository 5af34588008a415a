import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import type { Actor } from '../tx.ts';
import { written } from '../written.ts';
import { ANNOUNCEMENT_SELECT, type AnnouncementRow, showAnnouncement } from './announcements.ts';
import { type AssignmentRow, assignmentForStaff } from './assignments.ts';
import { courseById } from './courses.ts';
import { type AttachedFile, attached, fileById } from './files.ts';
import { cutPage, type PageRequest } from './page.ts';

/** A file as a package names it: by its bytes. */
export type PackedFile = Omit<AttachedFile, 'id'>;

export function packed(file: AttachedFile): PackedFile {
  const { filename, media_type, size_bytes, sha256 } = file;
  return { filename, media_type, size_bytes, sha256 };
}

/** Refuses whoever may not export the course. */
export function packedCourse(reader: Reader, actor: Actor, courseId: string) {
  requireInCourse(reader, actor, courseId, 'course.export');
  const course = written(courseById(reader, courseId, actor.id));
  const { id, code, title, description_md, status } = course;
  return { id, code, title, description_md, status };
}

/** Assignments without what belongs to one course or one moment; the key is `[id]`. */
export function packedAssignments(
  reader: Reader,
  courseId: string,
  { limit, after }: PageRequest<readonly [string]>,
) {
  const rows = reader.all<AssignmentRow>(
    `SELECT * FROM assignments
      WHERE course_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    courseId,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, ({ id }) => [id] as const);
  return { items: page.items.map((row) => packAssignment(reader, row)), next: page.next };
}

function packAssignment(reader: Reader, row: AssignmentRow) {
  const {
    course_id: _,
    locked,
    version,
    created_at,
    updated_at,
    attachments,
    ...rest
  } = assignmentForStaff(reader, row);
  return { ...rest, attachments: attachments.map(packed) };
}

interface MaterialRow {
  readonly id: string;
  readonly title: string;
  readonly topic: string | null;
  readonly text_md: string | null;
  readonly file_id: string | null;
}

/** The key is `[id]`. */
export function packedMaterials(
  reader: Reader,
  courseId: string,
  { limit, after }: PageRequest<readonly [string]>,
) {
  const rows = reader.all<MaterialRow>(
    `SELECT id, title, topic, text_md, file_id FROM materials
      WHERE course_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    courseId,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, ({ id }) => [id] as const);
  const items = page.items.map(({ file_id, ...row }) => {
    const file = file_id === null ? null : fileById(reader, file_id);
    return { ...row, file: file === null ? null : packed(attached(file)) };
  });
  return { items, next: page.next };
}

/** Oldest first, those too that students do not see yet; the key is `[sequence]`. */
export function packedAnnouncements(
  reader: Reader,
  courseId: string,
  { limit, after }: PageRequest<readonly [number]>,
) {
  const rows = reader.all<AnnouncementRow>(
    `${ANNOUNCEMENT_SELECT} WHERE n.course_id = ? AND n.deleted_at IS NULL AND n.sequence > ?
     ORDER BY n.sequence LIMIT ?`,
    courseId,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, ({ sequence }) => [sequence] as const);
  const items = page.items.map((row) => {
    const { course_id: _, author, version, ...rest } = showAnnouncement(row);
    return { ...rest, author_id: author.id };
  });
  return { items, next: page.next };
}
