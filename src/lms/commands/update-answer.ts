import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { type Answer, answerOf } from '../queries/answers.ts';
import { requireQuery } from '../queries/query-access.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';
import { emitQueryEvent, touchQuery } from './query-change.ts';
import { answerAuthor, requireAnswer } from './require-answer.ts';

export interface UpdateAnswer {
  readonly query_id: string;
  readonly answer_id: string;
  readonly body_md: string;
}

/** By its author. The staff vouched for what it said before: an endorsement goes with the change. */
export const updateAnswer = defineCommand<UpdateAnswer, Answer>({
  kind: 'UPDATE_ANSWER',
  v: 1,
  apply(tx, command) {
    const { actor } = tx;
    const { row, course, viewer } = requireQuery(tx, actor, command.query_id, 'query.answer');
    const { id } = requireAnswer(tx, row, command.answer_id, viewer);
    if (answerAuthor(tx, id) !== actor.id) {
      throw new Refusal('forbidden', 'Only who wrote an answer changes it.');
    }
    requireActive(course);
    tx.run(
      `UPDATE answers SET body_md = ?, edited_at = ?, endorsed_by = NULL, endorsed_at = NULL
        WHERE id = ?`,
      command.body_md,
      tx.committedAt,
      id,
    );
    touchQuery(tx, row.id);
    tx.target(id);
    emitQueryEvent(tx, 'answer.updated', row, { answer_id: id });
    return written(answerOf(tx, row, id, viewer));
  },
});
