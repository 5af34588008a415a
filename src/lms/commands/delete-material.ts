import { defineCommand } from '../command.ts';
import { unlinkFiles } from '../file-links.ts';
import { requireActive } from '../policy.ts';
import { requireMaterial } from '../queries/materials.ts';
import { requireVersion } from '../version.ts';

export interface DeleteMaterial {
  readonly material_id: string;
  readonly expected_version?: number;
}

/** Nobody finds it any more, not even by a search; a job that reads it ends with nothing. */
export const deleteMaterial = defineCommand<DeleteMaterial, null>({
  kind: 'DELETE_MATERIAL',
  v: 1,
  apply(tx, command) {
    const { row, course } = requireMaterial(tx, tx.actor, command.material_id, 'material.write');
    requireActive(course);
    requireVersion(row.version, command.expected_version);
    tx.run(
      'UPDATE materials SET deleted_at = ?, updated_at = ?, version = version + 1 WHERE id = ?',
      tx.committedAt,
      tx.committedAt,
      row.id,
    );
    unlinkFiles(tx, 'material', row.id);
    tx.target(row.id);
    tx.emit({
      type: 'material.deleted',
      course_id: row.course_id,
      data: { material_id: row.id },
    });
    return null;
  },
});
