import type { Reader } from '../reader.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { AssignmentDates } from './assignments.ts';
import { overridesOf } from './overrides.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

/** The assignments of a course with their own dates; the key is `[id]`. */
export function datesOfAssignments(
  reader: Reader,
  courseId: string,
  { limit, after }: PageRequest<readonly [string]>,
): Page<AssignmentDates, readonly [string]> {
  const rows = reader.all<AssignmentDates>(
    `SELECT id, course_id, unlock_at, due_at, lock_at, grace_seconds, max_attempts FROM assignments
      WHERE course_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    courseId,
    after?.[0] ?? '',
    limit + 1,
  );
  return cutPage(rows, limit, ({ id }) => [id] as const);
}

/** Who has dates of their own; the key is `[user id]`. */
export function packedOverrides(
  reader: Reader,
  assignment: AssignmentDates,
  request: PageRequest<readonly [string]>,
) {
  const page = overridesOf(reader, assignment, request);
  const items = page.items.map(({ student, granted_by, version, ...rest }) => ({
    ...rest,
    student_id: student.id,
    granted_by: granted_by.id,
  }));
  return { items, next: page.next };
}

interface AdjustmentRow {
  readonly sequence: number;
  readonly incident_id: string;
  readonly title: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly assignment_id: string;
  readonly student_id: string | null;
  readonly due_before: number | null;
  readonly due_at: number | null;
  readonly lock_before: number | null;
  readonly lock_at: number | null;
  readonly allow_resubmit: 0 | 1;
}

/** What incidents made of the deadlines of an assignment; the key is `[sequence]`. */
export function packedAdjustments(
  reader: Reader,
  assignment: AssignmentDates,
  { limit, after }: PageRequest<readonly [number]>,
) {
  const rows = reader.all<AdjustmentRow>(
    `SELECT d.sequence, d.incident_id, i.title, i.started_at, i.ended_at, d.assignment_id,
            d.user_id AS student_id, d.due_before, d.due_at, d.lock_before, d.lock_at, d.allow_resubmit
       FROM deadline_adjustments d JOIN incidents i ON i.id = d.incident_id
      WHERE d.assignment_id = ? AND d.sequence > ? ORDER BY d.sequence LIMIT ?`,
    assignment.id,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, ({ sequence }) => [sequence] as const);
  return { items: page.items.map(packAdjustment), next: page.next };
}

function packAdjustment(row: AdjustmentRow) {
  const { incident_id: id, title, started_at, ended_at } = row;
  return {
    assignment_id: row.assignment_id,
    student_id: row.student_id,
    incident: { id, title, started_at: toRfc3339(started_at), ended_at: toRfc3339OrNull(ended_at) },
    due_before: toRfc3339OrNull(row.due_before),
    due_at: toRfc3339OrNull(row.due_at),
    lock_before: toRfc3339OrNull(row.lock_before),
    lock_at: toRfc3339OrNull(row.lock_at),
    allow_resubmit: row.allow_resubmit === 1,
  };
}
