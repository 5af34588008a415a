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
