import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { type Answer, answersOf } from './answers.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';
import {
  maySeeAsker,
  QUERY_SELECT,
  type QueryReader,
  type QueryRow,
  queryReader,
  requireQuery,
} from './query-access.ts';
import { shelfOf } from './query-shelves.ts';

/** A query as lists show it. */
export interface Query {
  readonly id: string;
  readonly course_id: string;
  readonly to: 'instructor' | 'tutor';
  /** `null`: asked anonymously, and the reader is neither the asker nor staff. */
  readonly author: Person | null;
  readonly anonymous: boolean;
  readonly title: string;
  readonly body_md: string;
  /** `answered`: by another than the asker; `resolved`: an answer was accepted. */
  readonly status: 'open' | 'answered' | 'resolved';
  readonly answer_count: number;
  readonly accepted_answer_id: string | null;
  /**
   * What the tutor does about a query to it: `handed_over` to the staff, when it could not answer;
   * `null` when it was not asked.
   */
  readonly tutor: 'waiting' | 'answering' | 'answered' | 'handed_over' | null;
  readonly edited_at: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** With all its answers, oldest first. */
export interface QueryThread extends Query {
  readonly answers: Answer[];
}

export function getQuery(reader: Reader, actor: Actor, queryId: string): QueryThread {
  const { row, viewer } = requireQuery(reader, actor, queryId, 'course.read');
  return { ...showQuery(row, viewer), answers: answersOf(reader, row, viewer) };
}

/** Which queries of a course a list has. */
export interface QueryFilter {
  /** Those that nobody but the asker and the tutor, without a page, has said something to. */
  readonly unanswered: boolean;
  /** The actor's own. */
  readonly mine: boolean;
  readonly to: 'instructor' | 'tutor' | null;
}

const EVERYTHING: QueryFilter = { unanswered: false, mine: false, to: null };

/** The queries of a course that the actor may see, newest first; the key is `[sequence]`. */
export function listQueries(
  reader: Reader,
  actor: Actor,
  courseId: string,
  { limit, after }: PageRequest<readonly [number]>,
  filter: QueryFilter = EVERYTHING,
): Page<Query, readonly [number]> {
  const { role } = requireInCourse(reader, actor, courseId, 'course.read');
  const viewer = queryReader(actor, role);
  const parts = (['instructor', 'tutor'] as const)
    .filter((to) => filter.to === null || filter.to === to)
    .flatMap((to) => conditionsOf(to, filter, viewer))
    .map((condition) => `${QUERY_SELECT} WHERE ${condition}`);
  const rows = reader.all<QueryRow & { readonly sequence: number }>(
    `${parts.join(' UNION ALL ')} ORDER BY 1 DESC LIMIT ?4`,
    courseId,
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    actor.id,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map((row) => showQuery(row, viewer)), next: page.next };
}

/** Of one kind each: then an index has them in order. */
function conditionsOf(to: Query['to'], filter: QueryFilter, viewer: QueryReader): string[] {
  const own = filter.mine || (to === 'tutor' && !viewer.staff);
  const open = shelfOf(to, false);
  const shelves = filter.unanswered ? [open] : [open, shelfOf(to, true)];
  const rest = `q.sequence < ?2 ${filter.unanswered ? 'AND q.accepted_answer_id IS NULL' : ''}`;
  if (own) {
    return [
      `q.asker = (SELECT number FROM journal_names WHERE name = ?3)
        AND q.course_id = ?1 AND q.shelf IN (${shelves.join(', ')}) AND ${rest}`,
    ];
  }
  return shelves.map(
    (shelf) => `?3 IS NOT NULL AND q.course_id = ?1 AND q.shelf = ${shelf} AND ${rest}`,
  );
}

export function showQuery(row: QueryRow, viewer: QueryReader): Query {
  return {
    id: row.id,
    course_id: row.course_id,
    to: row.to,
    author: maySeeAsker(row, viewer) ? { id: row.author_id, display_name: row.author_name } : null,
    anonymous: row.anonymous === 1,
    title: row.title,
    body_md: row.body_md,
    status: statusOf(row),
    answer_count: row.answer_count,
    accepted_answer_id: row.accepted_answer_id,
    tutor: row.tutor_state,
    edited_at: toRfc3339OrNull(row.edited_at),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

function statusOf(row: QueryRow): Query['status'] {
  if (row.accepted_answer_id !== null) return 'resolved';
  return row.answered_at === null ? 'open' : 'answered';
}
