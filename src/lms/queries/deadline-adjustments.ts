import { type DeadlineStep, deadlineSteps } from '../outage-rules.ts';
import { requireOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import type { AppliedInCourse, DeadlineTarget } from './deadline-targets.ts';
import { requireIncident } from './incidents.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';

/** What an incident makes of the deadlines of an assignment, as the API shows it. */
export interface Adjustment {
  readonly incident_id: string;
  readonly course_id: string;
  readonly assignment_id: string;
  readonly assignment_title: string;
  /** `null`: for all who have no dates of their own. */
  readonly user: Person | null;
  /** By the incidents before this one. */
  readonly due_before: string | null;
  readonly due_at: string | null;
  readonly lock_before: string | null;
  readonly lock_at: string | null;
  readonly allow_resubmit: boolean;
}

/** A step of one target; times in ms. */
export interface TargetStep extends DeadlineStep {
  readonly target: DeadlineTarget;
}

/** The steps of a target, by the incidents that reach its course. */
export function stepsOf(
  target: DeadlineTarget,
  incidents: readonly AppliedInCourse[],
): TargetStep[] {
  const reaching = incidents.filter(
    ({ course_id }) => course_id === null || course_id === target.course_id,
  );
  return deadlineSteps(target, reaching).map((step) => ({ ...step, target }));
}

interface Row {
  readonly sequence: number;
  readonly incident_id: string;
  readonly course_id: string;
  readonly assignment_id: string;
  readonly assignment_title: string;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly due_before: number | null;
  readonly due_at: number | null;
  readonly lock_before: number | null;
  readonly lock_at: number | null;
  readonly allow_resubmit: 0 | 1;
}

/** What an incident has moved; the key is `[sequence]`. For administrators: students are named. */
export function listAdjustments(
  reader: Reader,
  actor: Actor,
  incidentId: string,
  { limit, after }: PageRequest<readonly [number]>,
): Page<Adjustment, readonly [number]> {
  requireOnSite(actor, 'incident.manage');
  const { id } = requireIncident(reader, incidentId);
  const rows = reader.all<Row>(
    `SELECT d.sequence, d.incident_id, a.course_id, d.assignment_id, a.title AS assignment_title,
            d.user_id, u.display_name AS user_name, d.due_before, d.due_at, d.lock_before, d.lock_at,
            d.allow_resubmit
       FROM deadline_adjustments d
       JOIN assignments a ON a.id = d.assignment_id
       LEFT JOIN users u ON u.id = d.user_id
      WHERE d.incident_id = ? AND d.sequence > ? ORDER BY d.sequence LIMIT ?`,
    id,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map(show), next: page.next };
}

/** A step that was not stored, with the names that belong to it. */
export function showStep(reader: Reader, step: TargetStep): Adjustment {
  const { target, before, after } = step;
  const names = reader.get<{ assignment_title: string; user_name: string | null }>(
    `SELECT a.title AS assignment_title, u.display_name AS user_name
       FROM assignments a LEFT JOIN users u ON u.id = ? WHERE a.id = ?`,
    target.user_id,
    target.assignment_id,
  );
  if (names === undefined) throw new Error('broken invariant: a target without its assignment');
  return show({
    sequence: 0,
    incident_id: step.incident_id,
    course_id: target.course_id,
    assignment_id: target.assignment_id,
    user_id: target.user_id,
    ...names,
    due_before: before.due_at,
    due_at: after.due_at,
    lock_before: before.lock_at,
    lock_at: after.lock_at,
    allow_resubmit: step.allow_resubmit ? 1 : 0,
  });
}

function show(row: Row): Adjustment {
  return {
    incident_id: row.incident_id,
    course_id: row.course_id,
    assignment_id: row.assignment_id,
    assignment_title: row.assignment_title,
    user: row.user_id === null ? null : { id: row.user_id, display_name: row.user_name ?? '' },
    due_before: toRfc3339OrNull(row.due_before),
    due_at: toRfc3339OrNull(row.due_at),
    lock_before: toRfc3339OrNull(row.lock_before),
    lock_at: toRfc3339OrNull(row.lock_at),
    allow_resubmit: row.allow_resubmit === 1,
  };
}
