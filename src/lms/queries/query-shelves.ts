import type { Reader } from '../reader.ts';

/** Where a query is that is not deleted: `queries.shelf`, by which an index has the lists of a course in order. */
export function shelfOf(to: 'instructor' | 'tutor', answered: boolean): number {
  return (to === 'tutor' ? 2 : 0) + (answered ? 1 : 0);
}

/** How many queries of a course there are, without deleted ones. */
export interface QueryCounts {
  readonly to_instructor: number;
  readonly to_tutor: number;
  readonly answered: number;
}

export function queryCounts(reader: Reader, courseId: string): QueryCounts {
  const rows = reader.all<{ shelf: number; queries: number }>(
    `SELECT shelf, count(*) AS queries FROM queries
      WHERE course_id = ? AND shelf IS NOT NULL GROUP BY shelf`,
    courseId,
  );
  const on = new Map(rows.map(({ shelf, queries }) => [shelf, queries]));
  const count = (to: 'instructor' | 'tutor', answered: boolean) =>
    on.get(shelfOf(to, answered)) ?? 0;
  const answered = { to_instructor: count('instructor', true), to_tutor: count('tutor', true) };
  return {
    to_instructor: count('instructor', false) + answered.to_instructor,
    to_tutor: count('tutor', false) + answered.to_tutor,
    answered: answered.to_instructor + answered.to_tutor,
  };
}
