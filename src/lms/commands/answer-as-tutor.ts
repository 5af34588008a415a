import { type Answer, answerOf } from '../queries/answers.ts';
import { QUERY_SELECT, type QueryRow } from '../queries/query-access.ts';
import type { StoredCitation } from '../queries/tutor.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

/** What makes an answer one of the tutor's. */
export interface TutorAnswerSource {
  /** Of the run that holds the query. */
  readonly claim_id: string;
  readonly mode: 'generated' | 'retrieval';
  readonly citations: readonly StoredCitation[];
  readonly reason: { readonly code: string; readonly detail: string } | null;
  readonly model: string | null;
}

/**
 * Once: the claim ends with the answer. Without a citation it is no answer, but says why there is
 * none; then the query stays open and is the staff's.
 */
export function answerAsTutor(
  tx: Tx,
  command: { readonly query_id: string; readonly answer_id: string; readonly body_md: string },
  { claim_id, ...source }: TutorAnswerSource,
): Answer {
  const row = requireClaim(tx, command.query_id, claim_id);
  const isAnswer = source.citations.length > 0;
  tx.run(
    `INSERT INTO answers (id, query_id, author_role, body_md, tutor, created_at)
     VALUES (?, ?, 'tutor', ?, ?, ?)`,
    command.answer_id,
    row.id,
    command.body_md,
    JSON.stringify(source),
    tx.committedAt,
  );
  tx.run(
    `UPDATE queries SET answer_count = answer_count + 1, answered_at = ?, tutor_state = ?,
            version = version + 1, updated_at = ? WHERE id = ?`,
    row.answered_at ?? (isAnswer ? tx.committedAt : null),
    isAnswer ? 'answered' : 'handed_over',
    tx.committedAt,
    row.id,
  );
  tx.target(command.answer_id);
  for (const type of isAnswer ? ['query.answered'] : ['query.answered', 'query.handed_over']) {
    tx.emit({
      type,
      course_id: row.course_id,
      user_id: row.author_id,
      data: { query_id: row.id, answer_id: command.answer_id },
    });
  }
  return written(answerOf(tx, row, command.answer_id, { id: row.author_id, staff: false }));
}

function requireClaim(tx: Tx, queryId: string, claimId: string): QueryRow {
  const row = tx.get<QueryRow>(
    `${QUERY_SELECT} WHERE q.id = ? AND q.deleted_at IS NULL AND q.tutor_state = 'answering'
       AND q.tutor_claim_id = ?`,
    queryId,
    claimId,
  );
  if (row === undefined)
    throw new Refusal('conflict', 'Another run has this query, or it is gone.');
  return row;
}
