import { type EffectiveDates, effectiveDates, type OverrideTerms } from '../effective-dates.ts';
import { mayInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { type AssignmentDates, type AssignmentRow, requireAssignment } from './assignments.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';

interface OverrideRow {
  readonly user_id: string;
  readonly student_name: string;
  readonly terms: string;
  readonly reason: string | null;
  readonly granted_by: string;
  readonly grantor_name: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Dates as the API shows them. */
export interface ShownDates {
  readonly unlock_at: string | null;
  readonly due_at: string | null;
  readonly lock_at: string | null;
  readonly grace_seconds: number;
  readonly max_attempts: number | null;
}

/** What holds for one student instead; members that are not overridden are absent. */
export interface Override extends Partial<ShownDates> {
  readonly assignment_id: string;
  readonly student: Person;
  /** For staff only; `null` to the student. */
  readonly reason: string | null;
  readonly granted_by: Person;
  /** What comes out of assignment, override and incidents. */
  readonly effective: ShownDates;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const SELECT = `SELECT o.user_id, s.display_name AS student_name, o.terms, o.reason, o.granted_by,
    g.display_name AS grantor_name, o.version, o.created_at, o.updated_at
  FROM assignment_overrides o
  JOIN users s ON s.id = o.user_id
  JOIN users g ON g.id = o.granted_by`;

/** Without asking who reads it. */
export function overrideFor(
  reader: Reader,
  assignment: AssignmentRow,
  userId: string,
): Override | null {
  const row = reader.get<OverrideRow>(
    `${SELECT} WHERE o.assignment_id = ? AND o.user_id = ?`,
    assignment.id,
    userId,
  );
  return row === undefined ? null : show(reader, assignment, row);
}

/** For staff, and one's own; that others have one is nobody's business. */
export function getOverride(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  userId: string,
): Override {
  const action = userId === actor.id ? 'assignment.read' : 'override.read_any';
  const { row, role } = requireAssignment(reader, actor, assignmentId, action);
  const isStaff = mayInCourse(actor, role, 'override.read_any');
  const override = overrideFor(reader, row, userId);
  if (override === null) {
    throw new Refusal('not_found', 'There is no override for this student.');
  }
  return isStaff ? override : { ...override, reason: null };
}

/** In the order of the students' ids; the key is `[user id]`. */
export function listOverrides(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  request: PageRequest<readonly [string]>,
): Page<Override, readonly [string]> {
  const { row } = requireAssignment(reader, actor, assignmentId, 'override.read_any');
  return overridesOf(reader, row, request);
}

/** The same without asking who reads it. */
export function overridesOf(
  reader: Reader,
  assignment: AssignmentDates,
  { limit, after }: PageRequest<readonly [string]>,
): Page<Override, readonly [string]> {
  const rows = reader.all<OverrideRow>(
    `${SELECT} WHERE o.assignment_id = ? AND o.user_id > ? ORDER BY o.user_id LIMIT ?`,
    assignment.id,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, ({ user_id }) => [user_id] as const);
  return { items: page.items.map((row) => show(reader, assignment, row)), next: page.next };
}

function show(reader: Reader, assignment: AssignmentDates, row: OverrideRow): Override {
  return {
    assignment_id: assignment.id,
    student: { id: row.user_id, display_name: row.student_name },
    ...shownDates(JSON.parse(row.terms) as OverrideTerms),
    reason: row.reason,
    granted_by: { id: row.granted_by, display_name: row.grantor_name },
    effective: shownDates(effectiveDates(reader, assignment.id, assignment, row.user_id)),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

export function shownDates(dates: EffectiveDates): ShownDates;
export function shownDates(dates: OverrideTerms): Partial<ShownDates>;
export function shownDates({
  unlock_at,
  due_at,
  lock_at,
  ...others
}: OverrideTerms): Partial<ShownDates> {
  return {
    ...(unlock_at !== undefined && { unlock_at: toRfc3339OrNull(unlock_at) }),
    ...(due_at !== undefined && { due_at: toRfc3339OrNull(due_at) }),
    ...(lock_at !== undefined && { lock_at: toRfc3339OrNull(lock_at) }),
    ...others,
  };
}
