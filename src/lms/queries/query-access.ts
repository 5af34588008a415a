import type { CourseRow } from '../policy.ts';
import { type Action, type CourseRole, mayInCourse, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import type { Actor } from '../tx.ts';

export interface QueryRow {
  readonly id: string;
  readonly course_id: string;
  readonly author_id: string;
  readonly author_name: string;
  readonly to: 'instructor' | 'tutor';
  readonly title: string;
  readonly body_md: string;
  readonly anonymous: 0 | 1;
  readonly answer_count: number;
  readonly answered_at: number | null;
  readonly accepted_answer_id: string | null;
  /** `null`: the tutor is not asked to answer. */
  readonly tutor_state: 'waiting' | 'answering' | 'answered' | 'handed_over' | null;
  readonly edited_at: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Who reads a query: peers do not learn who asked if it was asked anonymously. */
export interface QueryReader {
  readonly id: string;
  readonly staff: boolean;
}

export const QUERY_SELECT = `SELECT q.sequence, q.id, q.course_id, n.name AS author_id,
    u.display_name AS author_name, q."to", q.title, q.body_md, q.anonymous, q.answer_count,
    q.answered_at, q.accepted_answer_id, q.tutor_state, q.edited_at, q.version, q.created_at, q.updated_at
  FROM queries q
  JOIN journal_names n ON n.number = q.asker
  JOIN users u ON u.id = n.name`;

const MISSING = 'There is no such query, or it is not yours to see.';

export function queryReader(actor: Actor, role: CourseRole | null): QueryReader {
  return { id: actor.id, staff: mayInCourse(actor, role, 'query.read_any') };
}

export interface QueryInCourse {
  readonly row: QueryRow;
  readonly course: CourseRow;
  readonly role: CourseRole | null;
  readonly viewer: QueryReader;
}

/**
 * The query, if the actor may do this to it. Queries to the instructors are seen by the whole
 * course; one to the tutor by its asker and the staff, and does not exist for the others.
 */
export function requireQuery(
  reader: Reader,
  actor: Actor,
  queryId: string,
  action: Action,
): QueryInCourse {
  const row = reader.get<QueryRow>(
    `${QUERY_SELECT} WHERE q.id = ? AND q.deleted_at IS NULL`,
    queryId,
  );
  const known = requireInCourse(reader, actor, row?.course_id ?? '', 'course.read', MISSING);
  const viewer = queryReader(actor, known.role);
  if (row === undefined || !maySee(row, viewer)) throw new Refusal('not_found', MISSING);
  const course =
    action === 'course.read'
      ? known
      : requireInCourse(reader, actor, row.course_id, action, MISSING);
  return { row, course, role: known.role, viewer };
}

function maySee(row: QueryRow, viewer: QueryReader): boolean {
  return row.to === 'instructor' || viewer.staff || row.author_id === viewer.id;
}

/** Also asked for the asker's own answers in the thread, which would give them away. */
export function maySeeAsker(row: QueryRow, viewer: QueryReader): boolean {
  return row.anonymous === 0 || viewer.staff || row.author_id === viewer.id;
}
