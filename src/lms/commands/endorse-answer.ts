import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { type Answer, answerOf } from '../queries/answers.ts';
import { requireQuery } from '../queries/query-access.ts';
import { written } from '../written.ts';
import { requireAnswer } from './require-answer.ts';

export interface EndorseAnswer {
  readonly query_id: string;
  readonly answer_id: string;
  /** `false` takes the endorsement back. */
  readonly endorsed: boolean;
}

/** The staff vouch for an answer, whoever wrote it. The first one to do so is named. */
export const endorseAnswer = defineCommand<EndorseAnswer, Answer>({
  kind: 'ENDORSE_ANSWER',
  v: 1,
  apply(tx, command) {
    const { row, course, viewer } = requireQuery(tx, tx.actor, command.query_id, 'query.endorse');
    const answer = requireAnswer(tx, row, command.answer_id, viewer);
    requireActive(course);
    tx.target(answer.id);
    if ((answer.endorsed_by !== null) === command.endorsed) return answer;
    tx.run(
      'UPDATE answers SET endorsed_by = ?, endorsed_at = ? WHERE id = ?',
      command.endorsed ? tx.actor.id : null,
      command.endorsed ? tx.committedAt : null,
      answer.id,
    );
    tx.run(
      'UPDATE queries SET version = version + 1, updated_at = ? WHERE id = ?',
      tx.committedAt,
      row.id,
    );
    tx.emit({
      type: 'query.endorsed',
      course_id: row.course_id,
      user_id: row.to === 'tutor' ? row.author_id : null,
      data: { query_id: row.id, answer_id: answer.id, endorsed: command.endorsed },
    });
    return written(answerOf(tx, row, answer.id, viewer));
  },
});
