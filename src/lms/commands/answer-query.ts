import { defineCommand } from '../command.ts';
import { maxAnswersPerQuery } from '../limits.ts';
import { requireActive } from '../policy.ts';
import { type Answer, answerOf } from '../queries/answers.ts';
import { type QueryInCourse, requireQuery } from '../queries/query-access.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';
import { answerAsTutor, type TutorAnswerSource } from './answer-as-tutor.ts';

export interface AnswerQuery {
  readonly query_id: string;
  readonly answer_id: string;
  readonly body_md: string;
  /** By the system only: the tutor answers. Absent: the actor does. */
  readonly tutor?: TutorAnswerSource;
}

/** Adds an answer to the thread; nothing overwrites an earlier one. */
export const answerQuery = defineCommand<AnswerQuery, Answer>({
  kind: 'ANSWER_QUERY',
  v: 1,
  apply(tx, command) {
    if (command.tutor !== undefined) {
      if (tx.actorOrSystem === null) return answerAsTutor(tx, command, command.tutor);
      throw new Refusal('forbidden', 'Only the system answers as the tutor.');
    }
    const found = requireQuery(tx, tx.actor, command.query_id, 'query.answer');
    requireActive(found.course);
    if (found.row.answer_count >= maxAnswersPerQuery) {
      throw new Refusal('conflict', 'The thread is full. Post a new query and refer to this one.');
    }
    insert(tx, command, found);
    count(tx, found);
    tx.target(command.answer_id);
    tx.emit({
      type: 'query.answered',
      course_id: found.row.course_id,
      user_id: found.row.to === 'tutor' ? found.row.author_id : null,
      data: { query_id: found.row.id, answer_id: command.answer_id },
    });
    return written(answerOf(tx, found.row, command.answer_id, found.viewer));
  },
});

function insert(tx: Tx, command: AnswerQuery, { row, role }: QueryInCourse): void {
  if (role === null) throw new Error('broken invariant: an answer from outside the course');
  const inserted = tx.run(
    `INSERT INTO answers (id, query_id, author_id, author_role, body_md, created_at)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    command.answer_id,
    row.id,
    tx.actor.id,
    role,
    command.body_md,
    tx.committedAt,
  );
  if (inserted === 0) {
    throw new Refusal('already_exists', 'There is an answer with this id already.');
  }
}

/** A follow-up of the asker does not make the query answered. What others answer, the tutor need not. */
function count(tx: Tx, { row }: QueryInCourse): void {
  const answeredNow = row.answered_at === null && row.author_id !== tx.actor.id;
  tx.run(
    `UPDATE queries SET answer_count = answer_count + 1, answered_at = ?, tutor_state = ?,
            version = version + 1, updated_at = ? WHERE id = ?`,
    answeredNow ? tx.committedAt : row.answered_at,
    answeredNow && row.tutor_state === 'waiting' ? 'handed_over' : row.tutor_state,
    tx.committedAt,
    row.id,
  );
}
