import { fromMilliPoints } from '../points.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';
import { requireReadableSubmission, requireStaffOfSubmission } from './submission-access.ts';

interface GradeRow {
  readonly sequence: number;
  readonly submission_id: string;
  readonly assignment_id: string;
  readonly assignment_title: string;
  readonly course_id: string;
  readonly points: number;
  readonly points_possible: number;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  readonly attempt: number;
  readonly grader_id: string;
  readonly grader_name: string;
  readonly posted_at: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A grade as the API shows it. */
export interface Grade {
  readonly submission_id: string;
  readonly assignment_id: string;
  readonly assignment_title: string;
  readonly course_id: string;
  readonly points: number;
  readonly points_possible: number;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  /** Number of the attempt that was judged. */
  readonly attempt: number;
  readonly grader: Person;
  readonly posted_at: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** One version of a grade, as it was saved. */
export interface GradeVersion {
  readonly version: number;
  readonly points: number;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  readonly attempt: number;
  readonly actor: Person;
  readonly reason: string | null;
  readonly at: string;
  readonly log_index: number;
}

const SELECT = `SELECT s.sequence, g.submission_id, s.assignment_id, a.title AS assignment_title,
    s.course_id, g.points, a.points_possible, g.feedback_md, g.state, g.attempt, g.grader_id,
    u.display_name AS grader_name, g.posted_at, g.version, g.created_at, g.updated_at
  FROM submissions s
  JOIN grades g ON g.submission_id = s.id
  JOIN assignments a ON a.id = s.assignment_id
  JOIN users u ON u.id = g.grader_id`;

/** Without asking who reads it; `null` when nothing was graded yet. */
export function gradeOf(reader: Reader, submissionId: string): Grade | null {
  const row = reader.get<GradeRow>(`${SELECT} WHERE s.id = ?`, submissionId);
  return row === undefined ? null : show(row);
}

/** The grade, or `not_found` while there is none; to a student a draft is none. */
export function getGrade(reader: Reader, actor: Actor, submissionId: string): Grade {
  const { viewer } = requireReadableSubmission(reader, actor, submissionId);
  const grade = gradeOf(reader, submissionId);
  if (grade === null || (viewer === 'student' && grade.state !== 'posted')) {
    throw new Refusal('not_found', 'The submission has no grade yet.');
  }
  return grade;
}

/** Every version of the grade, latest first; the key is `[version]`. */
export function gradeHistory(
  reader: Reader,
  actor: Actor,
  submissionId: string,
  { limit, after }: PageRequest<readonly [number]>,
): Page<GradeVersion, readonly [number]> {
  requireStaffOfSubmission(reader, actor, submissionId, 'grade.read_any');
  const rows = reader.all<
    Omit<GradeVersion, 'actor' | 'at'> & { actor_id: string; actor_name: string; at: number }
  >(
    `SELECT h.version, h.points, h.feedback_md, h.state, h.attempt, h.actor_id,
            u.display_name AS actor_name, h.reason, h.at, h.log_index
       FROM grade_history h JOIN users u ON u.id = h.actor_id
      WHERE h.submission_id = ? AND h.version < ? ORDER BY h.version DESC LIMIT ?`,
    submissionId,
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.version] as const);
  return {
    items: page.items.map(({ actor_id: id, actor_name: name, at, ...row }) => ({
      ...row,
      points: fromMilliPoints(row.points),
      actor: { id, display_name: name },
      at: toRfc3339(at),
    })),
    next: page.next,
  };
}

/** The actor's own posted grades in all courses, in the order of first attempts; key `[sequence]`. */
export function listOwnGrades(
  reader: Reader,
  actor: Actor,
  { limit, after }: PageRequest<readonly [number]>,
): Page<Grade, readonly [number]> {
  const rows = reader.all<GradeRow>(
    `${SELECT} WHERE s.student_id = ? AND s.sequence > ? AND g.state = 'posted'
      ORDER BY s.sequence LIMIT ?`,
    actor.id,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map(show), next: page.next };
}

function show(row: GradeRow): Grade {
  return {
    submission_id: row.submission_id,
    assignment_id: row.assignment_id,
    assignment_title: row.assignment_title,
    course_id: row.course_id,
    points: fromMilliPoints(row.points),
    points_possible: fromMilliPoints(row.points_possible),
    feedback_md: row.feedback_md,
    state: row.state,
    attempt: row.attempt,
    grader: { id: row.grader_id, display_name: row.grader_name },
    posted_at: toRfc3339OrNull(row.posted_at),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
