import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { getQuery, type QueryThread } from '../queries/queries.ts';
import { requireQuery } from '../queries/query-access.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';
import { emitQueryEvent } from './query-change.ts';

/** Absent fields stay as they are. Who may see who asked was promised with the question. */
export interface UpdateQuery {
  readonly query_id: string;
  readonly expected_version?: number;
  readonly title?: string;
  readonly body_md?: string;
}

/** Nobody changes what another has said. */
export const updateQuery = defineCommand<UpdateQuery, QueryThread>({
  kind: 'UPDATE_QUERY',
  v: 1,
  apply(tx, command) {
    const { actor, committedAt: now } = tx;
    const { row, course } = requireQuery(tx, actor, command.query_id, 'query.answer');
    if (row.author_id !== actor.id) {
      throw new Refusal('forbidden', 'Only who asked changes the question.');
    }
    requireActive(course);
    requireVersion(row.version, command.expected_version);
    tx.run(
      `UPDATE queries SET title = ?, body_md = ?, edited_at = ?, version = version + 1,
              updated_at = ? WHERE id = ?`,
      command.title ?? row.title,
      command.body_md ?? row.body_md,
      now,
      now,
      row.id,
    );
    tx.target(row.id);
    emitQueryEvent(tx, 'query.updated', row);
    return getQuery(tx, actor, row.id);
  },
});
