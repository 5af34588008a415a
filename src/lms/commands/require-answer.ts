import { type Answer, answerOf } from '../queries/answers.ts';
import type { QueryReader, QueryRow } from '../queries/query-access.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';

/** The answer of a query that the actor is known to see, or `not_found`. */
export function requireAnswer(
  reader: Reader,
  query: QueryRow,
  answerId: string,
  viewer: QueryReader,
): Answer {
  const answer = answerOf(reader, query, answerId, viewer);
  if (answer === null) throw new Refusal('not_found', 'The query has no such answer.');
  return answer;
}

/** Who wrote it, also where readers are not told; `null`: the tutor. */
export function answerAuthor(reader: Reader, answerId: string): string | null {
  const sql = 'SELECT author_id FROM answers WHERE id = ?';
  return reader.get<{ author_id: string | null }>(sql, answerId)?.author_id ?? null;
}
