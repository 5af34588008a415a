import { type EffectiveDates, effectiveDates } from '../effective-dates.ts';
import type { LatePolicy } from '../late-policy.ts';
import { fromMilliPoints } from '../points.ts';
import {
  type Action,
  type CourseRole,
  type CourseRow,
  mayInCourse,
  requireInCourse,
} from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { type ShownRubric, showLatePolicy, showRubric } from './assignment-parts.ts';
import { type AttachedFile, attached, filesOf } from './files.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

/** As stored: times in ms, `points_possible` and `weight` in thousandths, lists JSON. */
export interface AssignmentRow {
  readonly id: string;
  readonly course_id: string;
  readonly title: string;
  readonly body_md: string;
  readonly points_possible: number;
  readonly weight: number;
  readonly unlock_at: number | null;
  readonly due_at: number | null;
  readonly lock_at: number | null;
  readonly grace_seconds: number;
  readonly max_attempts: number | null;
  readonly topics: string;
  readonly extra_credit: 0 | 1;
  /** JSON of `LatePolicy`. */
  readonly late_policy: string | null;
  /** JSON of `Rubric`. */
  readonly rubric: string | null;
  readonly created_by: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/**
 * An assignment as the API shows it: to a student with the dates that hold for them, to the others
 * with its own.
 */
export interface Assignment {
  readonly id: string;
  readonly course_id: string;
  readonly title: string;
  /** Not open yet for this reader: then body, rubric and attachments are not shown. */
  readonly locked: boolean;
  readonly body_md: string | null;
  readonly attachments: AttachedFile[];
  readonly points_possible: number;
  readonly weight: number;
  readonly unlock_at: string | null;
  readonly due_at: string | null;
  readonly lock_at: string | null;
  readonly grace_seconds: number;
  readonly max_attempts: number | null;
  readonly topics: string[];
  /** More than `points_possible` may be given. */
  readonly extra_credit: boolean;
  /** Percentages are numbers here: 5 % is 5. */
  readonly late_policy: LatePolicy | null;
  readonly rubric: ShownRubric | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const COLUMNS = `id, course_id, title, body_md, points_possible, weight, unlock_at, due_at, lock_at,
  grace_seconds, max_attempts, topics, extra_credit, late_policy, rubric, created_by, version, created_at, updated_at`;

const MISSING = 'There is no such assignment, or you are not a member of its course.';

interface InCourse<Row> {
  readonly row: Row;
  readonly course: CourseRow;
  /** Of the actor in the course. */
  readonly role: CourseRole | null;
}

/** The assignment, if the actor may do this to it; `not_found` alike for missing and foreign ones. */
export function requireAssignment(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  action: Action,
): InCourse<AssignmentRow> {
  const row = reader.get<AssignmentRow>(
    `SELECT ${COLUMNS} FROM assignments WHERE id = ? AND deleted_at IS NULL`,
    assignmentId,
  );
  return inCourse(reader, actor, row, action);
}

/** What handing in and grading need of an assignment; small, so that it can be remembered. */
export interface AssignmentDates extends EffectiveDates {
  readonly id: string;
  readonly course_id: string;
}

/** The same without what the assignment says. */
export function requireAssignmentDates(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  action: Action,
): InCourse<AssignmentDates> {
  const row = reader.remember(['assignment dates', assignmentId], () =>
    reader.get<AssignmentDates>(
      `SELECT id, course_id, unlock_at, due_at, lock_at, grace_seconds, max_attempts
         FROM assignments WHERE id = ? AND deleted_at IS NULL`,
      assignmentId,
    ),
  );
  return inCourse(reader, actor, row, action);
}

function inCourse<Row extends { readonly course_id: string }>(
  reader: Reader,
  actor: Actor,
  row: Row | undefined,
  action: Action,
): InCourse<Row> {
  const course = requireInCourse(reader, actor, row?.course_id ?? '', action, MISSING);
  if (row === undefined) throw new Error('broken invariant: a course without an id');
  return { row, course, role: course.role };
}

/** The assignment in full, as those see it who may see it before it opens. */
export function assignmentForStaff(reader: Reader, row: AssignmentRow): Assignment {
  return show(reader, row, false);
}

/** @param now ms since the epoch, to tell whether it is open yet */
export function getAssignment(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  now: number,
): Assignment {
  const { row, role } = requireAssignment(reader, actor, assignmentId, 'assignment.read');
  return showTo(reader, row, actor, role, now);
}

/** Oldest first; the key is `[id]`. */
export function listAssignments(
  reader: Reader,
  actor: Actor,
  courseId: string,
  now: number,
  { limit, after }: PageRequest<readonly [string]>,
): Page<Assignment, readonly [string]> {
  const { role } = requireInCourse(reader, actor, courseId, 'assignment.read');
  const rows = reader.all<AssignmentRow>(
    `SELECT ${COLUMNS} FROM assignments
      WHERE course_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    courseId,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.id] as const);
  return {
    items: page.items.map((row) => showTo(reader, row, actor, role, now)),
    next: page.next,
  };
}

function showTo(
  reader: Reader,
  row: AssignmentRow,
  actor: Actor,
  role: CourseRole | null,
  now: number,
): Assignment {
  if (mayInCourse(actor, role, 'assignment.read_locked')) return show(reader, row, false);
  const own = { ...row, ...effectiveDates(reader, row.id, row, actor.id) };
  return show(reader, own, own.unlock_at !== null && now < own.unlock_at);
}

function show(reader: Reader, row: AssignmentRow, locked: boolean): Assignment {
  return {
    id: row.id,
    course_id: row.course_id,
    title: row.title,
    locked,
    body_md: locked ? null : row.body_md,
    attachments: locked ? [] : filesOf(reader, 'assignment', row.id).map(attached),
    points_possible: fromMilliPoints(row.points_possible),
    weight: fromMilliPoints(row.weight),
    unlock_at: toRfc3339OrNull(row.unlock_at),
    due_at: toRfc3339OrNull(row.due_at),
    lock_at: toRfc3339OrNull(row.lock_at),
    grace_seconds: row.grace_seconds,
    max_attempts: row.max_attempts,
    topics: JSON.parse(row.topics) as string[],
    extra_credit: row.extra_credit === 1,
    late_policy: row.late_policy === null ? null : showLatePolicy(JSON.parse(row.late_policy)),
    rubric: locked || row.rubric === null ? null : showRubric(JSON.parse(row.rubric)),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
