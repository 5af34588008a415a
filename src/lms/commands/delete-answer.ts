import { defineCommand } from '../command.ts';
import { mayInCourse, requireActive } from '../policy.ts';
import { type QueryRow, requireQuery } from '../queries/query-access.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { emitQueryEvent } from './query-change.ts';
import { answerAuthor, requireAnswer } from './require-answer.ts';

export interface DeleteAnswer {
  readonly query_id: string;
  readonly answer_id: string;
}

/** By its author or the staff. The row stays, and nobody finds it; the query may be open again. */
export const deleteAnswer = defineCommand<DeleteAnswer, null>({
  kind: 'DELETE_ANSWER',
  v: 1,
  apply(tx, command) {
    const { actor } = tx;
    const { row, course, role, viewer } = requireQuery(tx, actor, command.query_id, 'query.answer');
    const { id } = requireAnswer(tx, row, command.answer_id, viewer);
    if (answerAuthor(tx, id) !== actor.id && !mayInCourse(actor, role, 'query.moderate')) {
      throw new Refusal('forbidden', 'Only who wrote an answer and the staff delete it.');
    }
    requireActive(course);
    tx.run('UPDATE answers SET deleted_at = ? WHERE id = ?', tx.committedAt, id);
    recount(tx, row, id);
    tx.target(id);
    emitQueryEvent(tx, 'answer.deleted', row, { answer_id: id });
    return null;
  },
});

/** What the tutor said without a page is no answer. A thread has at most 500. */
function recount(tx: Tx, row: QueryRow, deletedId: string): void {
  const first = tx.get<{ created_at: number }>(
    `SELECT created_at FROM answers
      WHERE query_id = ? AND deleted_at IS NULL AND author_id IS NOT ?
        AND (tutor IS NULL OR json_array_length(tutor, '$.citations') > 0)
      ORDER BY sequence LIMIT 1`,
    row.id,
    row.author_id,
  );
  tx.run(
    `UPDATE queries SET answer_count = answer_count - 1, answered_at = ?, accepted_answer_id = ?,
            version = version + 1, updated_at = ? WHERE id = ?`,
    first?.created_at ?? null,
    row.accepted_answer_id === deletedId ? null : row.accepted_answer_id,
    tx.committedAt,
    row.id,
  );
}
