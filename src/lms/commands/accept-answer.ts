import { defineCommand } from '../command.ts';
import { mayInCourse, requireActive } from '../policy.ts';
import { type Answer, answerOf } from '../queries/answers.ts';
import { requireQuery } from '../queries/query-access.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';
import { requireAnswer } from './require-answer.ts';

export interface AcceptAnswer {
  readonly query_id: string;
  readonly answer_id: string;
  /** `false` takes the acceptance back. */
  readonly accepted: boolean;
}

/** By the asker or the staff. A query has one accepted answer: accepting another moves the mark. */
export const acceptAnswer = defineCommand<AcceptAnswer, Answer>({
  kind: 'ACCEPT_ANSWER',
  v: 1,
  apply(tx, command) {
    const { actor } = tx;
    const { row, course, role, viewer } = requireQuery(tx, actor, command.query_id, 'course.read');
    const answer = requireAnswer(tx, row, command.answer_id, viewer);
    if (row.author_id !== actor.id && !mayInCourse(actor, role, 'query.endorse')) {
      throw new Refusal('forbidden', 'Only the asker and the staff of the course accept answers.');
    }
    requireActive(course);
    tx.target(answer.id);
    if (answer.accepted === command.accepted) return answer;
    const accepted = command.accepted ? answer.id : null;
    tx.run(
      'UPDATE queries SET accepted_answer_id = ?, version = version + 1, updated_at = ? WHERE id = ?',
      accepted,
      tx.committedAt,
      row.id,
    );
    tx.emit({
      type: 'query.accepted',
      course_id: row.course_id,
      user_id: row.to === 'tutor' ? row.author_id : null,
      data: { query_id: row.id, answer_id: answer.id, accepted: command.accepted },
    });
    return written(answerOf(tx, { ...row, accepted_answer_id: accepted }, answer.id, viewer));
  },
});
