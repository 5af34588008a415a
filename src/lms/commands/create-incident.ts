import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type Incident, requireIncident, showIncident } from '../queries/incidents.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { type IncidentWindow, requireSoundWindow } from './incident-window.ts';

export interface CreateIncident extends IncidentWindow {
  readonly incident_id: string;
  readonly title: string;
  readonly note_md: string;
  /** `null`: all courses. */
  readonly course_id: string | null;
}

/** An administrator declares what the log cannot know of. */
export const createIncident = defineCommand<CreateIncident, Incident>({
  kind: 'CREATE_INCIDENT',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'incident.manage');
    requireSoundWindow(command);
    requireCourse(tx, command.course_id);
    insertIncident(tx, { ...command, source: 'declared' });
    return showIncident(tx, requireIncident(tx, command.incident_id));
  },
});

/** Refuses with `already_exists` when the id is taken. */
export function insertIncident(
  tx: Tx,
  incident: CreateIncident & { readonly source: 'detected' | 'declared' },
): void {
  const { incident_id: id, course_id } = incident;
  const inserted = tx.run(
    `INSERT INTO incidents (id, source, title, note_md, course_id, started_at, ended_at, created_by,
       version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (id) DO NOTHING`,
    id,
    incident.source,
    incident.title,
    incident.note_md,
    course_id,
    incident.started_at,
    incident.ended_at,
    tx.actorOrSystem?.id ?? null,
    tx.committedAt,
    tx.committedAt,
  );
  if (inserted === 0) {
    throw new Refusal('already_exists', 'There is an incident with this id already.');
  }
  tx.target(id);
  tx.emit({ type: 'incident.recorded', course_id, data: { incident_id: id } });
}

function requireCourse(tx: Tx, courseId: string | null): void {
  const isThere =
    courseId === null ||
    tx.get('SELECT 1 FROM courses WHERE id = ? AND deleted_at IS NULL', courseId) !== undefined;
  if (isThere) return;
  const detail = 'There is no such course.';
  throw new Refusal('invalid_value', detail, {
    errors: [{ pointer: '/course_id', code: 'not_found', detail }],
  });
}
