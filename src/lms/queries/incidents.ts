import { courseRole, mayOnSite, requireOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

export interface IncidentRow {
  readonly sequence: number;
  readonly id: string;
  readonly source: 'detected' | 'declared';
  readonly title: string;
  readonly note_md: string;
  readonly course_id: string | null;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A policy that is in force for an incident. */
export interface AppliedPolicy {
  readonly policy_id: string;
  readonly name: string;
  readonly applied_at: string;
}

/** An incident as the API shows it. */
export interface Incident {
  readonly id: string;
  /** `detected`: read from the log. `declared`: by an administrator. */
  readonly source: 'detected' | 'declared';
  readonly title: string;
  readonly note_md: string;
  /** `null`: all courses. */
  readonly course_id: string | null;
  readonly started_at: string;
  /** `null`: it goes on. */
  readonly ended_at: string | null;
  readonly applied_policies: AppliedPolicy[];
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const COLUMNS = `i.sequence, i.id, i.source, i.title, i.note_md, i.course_id, i.started_at,
  i.ended_at, i.version, i.created_at, i.updated_at`;

const MISSING = 'There is no such incident, or it is of a course that you are not a member of.';

/** Asks nobody whether they may. @throws Refusal `not_found` */
export function requireIncident(reader: Reader, incidentId: string): IncidentRow {
  const row = reader.get<IncidentRow>(
    `SELECT ${COLUMNS} FROM incidents i WHERE i.id = ? AND i.deleted_at IS NULL`,
    incidentId,
  );
  if (row === undefined) throw new Refusal('not_found', MISSING);
  if (row.course_id !== null) reader.concerns(row.course_id);
  return row;
}

/** Those of all courses are everybody's to read, one of a course is its members'. */
export function getIncident(reader: Reader, actor: Actor, incidentId: string): Incident {
  requireOnSite(actor, 'incident.read');
  const row = requireIncident(reader, incidentId);
  const isHidden =
    row.course_id !== null &&
    !mayOnSite(actor, 'incident.manage') &&
    courseRole(reader, row.course_id, actor.id) === null;
  if (isHidden) throw new Refusal('not_found', MISSING);
  return showIncident(reader, row);
}

/** Those that the actor may read, the latest declared or detected first; the key is `[sequence]`. */
export function listIncidents(
  reader: Reader,
  actor: Actor,
  { limit, after }: PageRequest<readonly [number]>,
): Page<Incident, readonly [number]> {
  requireOnSite(actor, 'incident.read');
  const rows = reader.all<IncidentRow>(
    `SELECT ${COLUMNS} FROM incidents i
      WHERE i.deleted_at IS NULL AND i.sequence < ?1
        AND (?2 OR i.course_id IS NULL OR EXISTS
          (SELECT 1 FROM enrollments e WHERE e.course_id = i.course_id AND e.user_id = ?3))
      ORDER BY i.sequence DESC LIMIT ?4`,
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    mayOnSite(actor, 'incident.manage') ? 1 : 0,
    actor.id,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map((row) => showIncident(reader, row)), next: page.next };
}

export function showIncident(reader: Reader, row: IncidentRow): Incident {
  return {
    id: row.id,
    source: row.source,
    title: row.title,
    note_md: row.note_md,
    course_id: row.course_id,
    started_at: toRfc3339(row.started_at),
    ended_at: toRfc3339OrNull(row.ended_at),
    applied_policies: appliedTo(reader, row.id),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

function appliedTo(reader: Reader, incidentId: string): AppliedPolicy[] {
  return reader
    .all<{ policy_id: string; name: string; applied_at: number }>(
      `SELECT a.policy_id, p.name, a.applied_at FROM incident_applications a
         JOIN outage_policies p ON p.id = a.policy_id
        WHERE a.incident_id = ? ORDER BY a.policy_id`,
      incidentId,
    )
    .map((row) => ({ ...row, applied_at: toRfc3339(row.applied_at) }));
}
