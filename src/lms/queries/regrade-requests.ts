import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';
import { requireReadableSubmission } from './submission-access.ts';

export type RegradeState = 'open' | 'accepted' | 'declined';

interface RequestRow {
  readonly sequence: number;
  readonly id: string;
  readonly submission_id: string;
  readonly assignment_id: string;
  readonly course_id: string;
  readonly student_id: string;
  readonly student_name: string;
  readonly grade_version: number;
  readonly state: RegradeState;
  readonly reason_md: string;
  readonly answer_md: string | null;
  readonly answered_by: string | null;
  readonly answered_by_name: string | null;
  readonly answered_at: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A request as the API shows it, to the student and to the staff alike. */
export interface RegradeRequest {
  readonly id: string;
  readonly submission_id: string;
  readonly assignment_id: string;
  readonly course_id: string;
  readonly student: Person;
  /** Of the grade as it was when the student asked. */
  readonly grade_version: number;
  readonly state: RegradeState;
  readonly reason_md: string;
  readonly answer_md: string | null;
  readonly answered_by: Person | null;
  readonly answered_at: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const SELECT = `SELECT r.sequence, r.id, r.submission_id, s.assignment_id, r.course_id,
    r.student_id, u.display_name AS student_name, r.grade_version, r.state, r.reason_md,
    r.answer_md, r.answered_by, b.display_name AS answered_by_name, r.answered_at, r.version,
    r.created_at, r.updated_at
  FROM regrade_requests r
  JOIN submissions s ON s.id = r.submission_id
  JOIN users u ON u.id = r.student_id
  LEFT JOIN users b ON b.id = r.answered_by`;

/** Without asking who reads it; `null` when there is none. */
export function regradeRequest(reader: Reader, requestId: string): RegradeRequest | null {
  const row = reader.get<RequestRow>(`${SELECT} WHERE r.id = ?`, requestId);
  return row === undefined ? null : show(row);
}

/** The request, for whoever may read the submission, else `not_found`. */
export function getRegradeRequest(reader: Reader, actor: Actor, requestId: string): RegradeRequest {
  const request = regradeRequest(reader, requestId);
  try {
    requireReadableSubmission(reader, actor, request?.submission_id ?? '');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal('not_found', 'There is no such request, or it is not yours to see.');
  }
  if (request === null) throw new Error('broken invariant: a submission without an id');
  return request;
}

/** The thread of a submission, oldest first; the key is `[sequence]`. */
export function listRegradeRequests(
  reader: Reader,
  actor: Actor,
  submissionId: string,
  { limit, after }: PageRequest<readonly [number]>,
): Page<RegradeRequest, readonly [number]> {
  requireReadableSubmission(reader, actor, submissionId);
  const rows = reader.all<RequestRow>(
    `${SELECT} WHERE r.submission_id = ? AND r.sequence > ? ORDER BY r.sequence LIMIT ?`,
    submissionId,
    after?.[0] ?? 0,
    limit + 1,
  );
  return showPage(rows, limit);
}

/** Those of a course in one state, oldest first, for staff; the key is `[sequence]`. */
export function listRegradeRequestsOfCourse(
  reader: Reader,
  actor: Actor,
  courseId: string,
  state: RegradeState,
  { limit, after }: PageRequest<readonly [number]>,
): Page<RegradeRequest, readonly [number]> {
  requireInCourse(reader, actor, courseId, 'grade.read_any');
  const rows = reader.all<RequestRow>(
    `${SELECT} WHERE r.course_id = ? AND r.state = ? AND r.sequence > ?
      ORDER BY r.sequence LIMIT ?`,
    courseId,
    state,
    after?.[0] ?? 0,
    limit + 1,
  );
  return showPage(rows, limit);
}

function showPage(rows: readonly RequestRow[], limit: number) {
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map(show), next: page.next };
}

function show(row: RequestRow): RegradeRequest {
  const { answered_by: staff, answered_by_name: name } = row;
  return {
    id: row.id,
    submission_id: row.submission_id,
    assignment_id: row.assignment_id,
    course_id: row.course_id,
    student: { id: row.student_id, display_name: row.student_name },
    grade_version: row.grade_version,
    state: row.state,
    reason_md: row.reason_md,
    answer_md: row.answer_md,
    answered_by: staff === null || name === null ? null : { id: staff, display_name: name },
    answered_at: toRfc3339OrNull(row.answered_at),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
