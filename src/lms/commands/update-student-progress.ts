import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { type MaterialProgress, materialProgress } from '../queries/material-progress.ts';
import { requireMaterial } from '../queries/materials.ts';

export interface UpdateStudentProgress {
  readonly material_id: string;
  readonly state: MaterialProgress['state'];
  /** Where they are in it, from 1. */
  readonly page: number | null;
}

/** How far the actor says to be with a material; their work and grades speak for themselves. */
export const updateStudentProgress = defineCommand<UpdateStudentProgress, MaterialProgress>({
  kind: 'UPDATE_STUDENT_PROGRESS',
  v: 1,
  apply(tx, { material_id: id, state, page }) {
    const { row, course } = requireMaterial(tx, tx.actor, id, 'progress.update');
    requireActive(course);
    const place = [row.course_id, tx.actor.id, id];
    if (state === 'unread') {
      tx.run(
        'DELETE FROM material_progress WHERE course_id = ? AND user_id = ? AND material_id = ?',
        ...place,
      );
    } else {
      tx.run(
        `INSERT INTO material_progress (course_id, user_id, material_id, state, page, updated_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET state = excluded.state, page = excluded.page,
           updated_at = excluded.updated_at`,
        ...place,
        state,
        page,
        tx.committedAt,
      );
    }
    tx.target(id);
    tx.emit({
      type: 'progress.updated',
      course_id: row.course_id,
      user_id: tx.actor.id,
      data: { material_id: id, state },
    });
    return materialProgress(tx, row, tx.actor.id);
  },
});
