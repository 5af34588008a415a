import { defineCommand } from '../command.ts';
import { mayInCourse, requireActive } from '../policy.ts';
import { requireQuery } from '../queries/query-access.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';
import { emitQueryEvent } from './query-change.ts';

export interface DeleteQuery {
  readonly query_id: string;
  readonly expected_version?: number;
}

/**
 * By the staff; by the asker as long as nobody else has answered, since others' work goes with it. The
 * rows stay, and nobody finds them.
 */
export const deleteQuery = defineCommand<DeleteQuery, null>({
  kind: 'DELETE_QUERY',
  v: 1,
  apply(tx, command) {
    const { actor, committedAt: now } = tx;
    const { row, course, role } = requireQuery(tx, actor, command.query_id, 'query.answer');
    if (!mayInCourse(actor, role, 'query.moderate')) {
      if (row.author_id !== actor.id) {
        throw new Refusal('forbidden', 'Only who asked and the staff delete a question.');
      }
      if (row.answered_at !== null) {
        throw new Refusal('conflict', 'Others have answered. Ask the staff to delete it.');
      }
    }
    requireActive(course);
    requireVersion(row.version, command.expected_version);
    tx.run(
      'UPDATE queries SET deleted_at = ?, version = version + 1, updated_at = ? WHERE id = ?',
      now,
      now,
      row.id,
    );
    tx.target(row.id);
    emitQueryEvent(tx, 'query.deleted', row);
    return null;
  },
});
