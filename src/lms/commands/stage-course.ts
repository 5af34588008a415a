import { defineCommand } from '../command.ts';
import { linkFile } from '../file-links.ts';
import { requireOnSite } from '../policy.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { setAttachments } from './assignment-attachments.ts';
import { columnValues, FIELD_COLUMNS } from './assignment-columns.ts';
import { type AssignmentFields, requireSoundAssignment } from './assignment-rules.ts';
import { insertFile, type NewFile } from './create-file.ts';
import { beginStaging, goOnStaging } from './staged-courses.ts';

export interface StagedAssignment extends AssignmentFields {
  readonly assignment_id: string;
  readonly attachments: readonly string[];
}

export interface StagedMaterial {
  readonly material_id: string;
  readonly title: string;
  readonly topic: string | null;
  /** Either a file of this or an earlier part ... */
  readonly file_id: string | null;
  /** ... or a text. */
  readonly text_md: string | null;
}

/** Some of a course that is being imported. */
export interface StageCourse {
  readonly course_id: string;
  /** In the first part. */
  readonly course?: {
    readonly code: string;
    readonly title: string;
    readonly description_md: string;
  };
  readonly files: readonly NewFile[];
  /** How long they are kept when they are attached to nothing any more; absent: for ever. */
  readonly keep_unattached_ms?: number;
  readonly assignments: readonly StagedAssignment[];
  readonly materials: readonly StagedMaterial[];
}

/** The course is as if deleted, so that nobody finds it, until IMPORT_COURSE or EXPIRE_FILES. */
export const stageCourse = defineCommand<StageCourse, null>({
  kind: 'STAGE_COURSE',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'course.create');
    if (command.course === undefined) goOnStaging(tx, command.course_id);
    else insertHidden(tx, command.course_id, command.course);
    const keepMs = command.keep_unattached_ms ?? null;
    for (const file of command.files) insertFile(tx, file, keepMs, 'attached at once');
    for (const assignment of command.assignments) {
      insertAssignment(tx, command.course_id, assignment);
    }
    for (const material of command.materials) insertMaterial(tx, command.course_id, material);
    tx.target(command.course_id);
    return null;
  },
});

function insertHidden(tx: Tx, id: string, course: NonNullable<StageCourse['course']>): void {
  if (tx.get('SELECT 1 FROM courses WHERE id = ?', id) !== undefined) {
    throw new Refusal('already_exists', 'There is a course with this id already.');
  }
  tx.run(
    `INSERT INTO courses (id, code, title, description_md, status, created_by, version,
                          created_at, updated_at, deleted_at)
     VALUES (?, ?, ?, ?, 'active', ?, 1, ?, ?, ?)`,
    id,
    course.code,
    course.title,
    course.description_md,
    tx.actor.id,
    tx.committedAt,
    tx.committedAt,
    tx.committedAt,
  );
  beginStaging(tx, id);
}

function insertAssignment(tx: Tx, courseId: string, assignment: StagedAssignment): void {
  requireSoundAssignment(assignment);
  tx.run(
    `INSERT INTO assignments (${FIELD_COLUMNS.join(', ')}, id, course_id, created_by, version,
       created_at, updated_at)
     VALUES (${FIELD_COLUMNS.map(() => '?').join(', ')}, ?, ?, ?, 1, ?, ?)`,
    ...columnValues(assignment),
    assignment.assignment_id,
    courseId,
    tx.actor.id,
    tx.committedAt,
    tx.committedAt,
  );
  const place = { id: assignment.assignment_id, course_id: courseId };
  setAttachments(tx, place, assignment.attachments);
}

function insertMaterial(tx: Tx, courseId: string, material: StagedMaterial): void {
  const { material_id: id, file_id } = material;
  if (file_id !== null) {
    linkFile(tx, { file_id, kind: 'material', object_id: id, course_id: courseId });
  }
  tx.run(
    `INSERT INTO materials (id, course_id, title, topic, file_id, text_md, created_by, version,
       created_at, updated_at, extraction_state, pages_read, flags, claims)
     VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 'queued', 0, '[]', 0)`,
    id,
    courseId,
    material.title,
    material.topic,
    file_id,
    material.text_md,
    tx.actor.id,
    tx.committedAt,
    tx.committedAt,
  );
}
