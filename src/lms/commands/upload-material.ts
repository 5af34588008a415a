import { defineCommand } from '../command.ts';
import { linkFile } from '../file-links.ts';
import { requireInActiveCourse } from '../policy.ts';
import { type MaterialWithText, materialRow, showWithText } from '../queries/materials.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';

export interface UploadMaterial {
  readonly material_id: string;
  readonly course_id: string;
  readonly title: string;
  readonly topic: string | null;
  /** Either a file that the actor has uploaded ... */
  readonly file_id?: string;
  /** ... or a text in Markdown. */
  readonly text_md?: string;
}

/** The material is there at once; its text is searched when a node has read it. */
export const uploadMaterial = defineCommand<UploadMaterial, MaterialWithText>({
  kind: 'UPLOAD_MATERIAL',
  v: 1,
  apply(tx, command) {
    const { material_id: id, course_id: courseId, file_id: fileId } = command;
    requireInActiveCourse(tx, tx.actor, courseId, 'material.write');
    if (tx.get('SELECT 1 FROM materials WHERE id = ?', id) !== undefined) {
      throw new Refusal('already_exists', 'There is a material with this id already.');
    }
    requireOneSource(command);
    if (fileId !== undefined) {
      linkFile(tx, { file_id: fileId, kind: 'material', object_id: id, course_id: courseId });
    }
    tx.run(
      `INSERT INTO materials (id, course_id, title, topic, file_id, text_md, created_by, version,
         created_at, updated_at, extraction_state, pages_read, flags, claims)
       VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 'queued', 0, '[]', 0)`,
      id,
      courseId,
      command.title,
      command.topic,
      fileId ?? null,
      command.text_md ?? null,
      tx.actor.id,
      tx.committedAt,
      tx.committedAt,
    );
    tx.target(id);
    tx.emit({ type: 'material.added', course_id: courseId, data: { material_id: id } });
    return showWithText(tx, written(materialRow(tx, id)));
  },
});

function requireOneSource({ file_id, text_md }: UploadMaterial): void {
  if ((file_id === undefined) !== (text_md === undefined)) return;
  const detail = 'A material is either a file or a text: give file_id or text_md.';
  throw new Refusal('invalid_value', detail, {
    errors: [{ pointer: '/file_id', code: 'one_of', detail }],
  });
}
