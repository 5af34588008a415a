import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import {
  type MaterialWithText,
  materialRow,
  requireMaterial,
  showWithText,
} from '../queries/materials.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';

/** Absent fields stay as they are. Another content is another material. */
export interface UpdateMaterial {
  readonly material_id: string;
  readonly expected_version?: number;
  readonly title?: string;
  readonly topic?: string | null;
}

export const updateMaterial = defineCommand<UpdateMaterial, MaterialWithText>({
  kind: 'UPDATE_MATERIAL',
  v: 1,
  apply(tx, command) {
    const { row, course } = requireMaterial(tx, tx.actor, command.material_id, 'material.write');
    requireActive(course);
    requireVersion(row.version, command.expected_version);
    tx.run(
      'UPDATE materials SET title = ?, topic = ?, version = version + 1, updated_at = ? WHERE id = ?',
      command.title ?? row.title,
      command.topic === undefined ? row.topic : command.topic,
      tx.committedAt,
      row.id,
    );
    tx.target(row.id);
    tx.emit({
      type: 'material.updated',
      course_id: row.course_id,
      data: { material_id: row.id },
    });
    return showWithText(tx, written(materialRow(tx, row.id)));
  },
});
