import type { QueryRow } from '../queries/query-access.ts';
import type { Tx } from '../tx.ts';

/** Every visible change of a thread counts up the version of its query. */
export function touchQuery(tx: Tx, queryId: string): void {
  tx.run(
    'UPDATE queries SET version = version + 1, updated_at = ? WHERE id = ?',
    tx.committedAt,
    queryId,
  );
}

/** To whoever may see the query: the course, or its asker when it is to the tutor. Names no author. */
export function emitQueryEvent(tx: Tx, type: string, row: QueryRow, data: object = {}): void {
  tx.emit({
    type,
    course_id: row.course_id,
    user_id: row.to === 'tutor' ? row.author_id : null,
    data: { query_id: row.id, ...data },
  });
}
