import type { Reader } from '../reader.ts';
import { type Answer, answersOf } from './answers.ts';
import { cutPage, type PageRequest } from './page.ts';
import { showQuery } from './queries.ts';
import { QUERY_SELECT, type QueryReader, type QueryRow } from './query-access.ts';

/** Who exports a course is of its staff: `anonymous` is said, and hides nobody. */
const STAFF: QueryReader = { id: '', staff: true };

/** From each shelf an index has them in order (`query-shelves.ts`). */
const FROM_ALL_SHELVES = [0, 1, 2, 3]
  .map(
    (shelf) => `${QUERY_SELECT} WHERE q.course_id = ?1 AND q.shelf = ${shelf} AND q.sequence > ?2`,
  )
  .join(' UNION ALL ');

/** What was asked in a course and answered, oldest first; the key is `[sequence]`. */
export function packedQueries(
  reader: Reader,
  courseId: string,
  { limit, after }: PageRequest<readonly [number]>,
) {
  const rows = reader.all<QueryRow & { readonly sequence: number }>(
    `${FROM_ALL_SHELVES} ORDER BY 1 LIMIT ?3`,
    courseId,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, ({ sequence }) => [sequence] as const);
  return { items: page.items.map((row) => packQuery(reader, row)), next: page.next };
}

function packQuery(reader: Reader, row: QueryRow) {
  const { course_id: _, author, answer_count, version, ...rest } = showQuery(row, STAFF);
  const answers = answersOf(reader, row, STAFF).map(packAnswer);
  return { ...rest, author_id: row.author_id, answers };
}

function packAnswer({ query_id: _, author, endorsed_by, accepted, by_asker, ...rest }: Answer) {
  return { ...rest, author_id: author?.id ?? null, endorsed_by: endorsed_by?.id ?? null };
}
