import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import {
  type Incident,
  type IncidentRow,
  requireIncident,
  showIncident,
} from '../queries/incidents.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';
import { type IncidentWindow, requireSoundWindow } from './incident-window.ts';

/** Absent fields stay as they are. */
export interface UpdateIncident extends Partial<IncidentWindow> {
  readonly incident_id: string;
  readonly expected_version?: number;
  readonly title?: string;
  readonly note_md?: string;
}

export const updateIncident = defineCommand<UpdateIncident, Incident>({
  kind: 'UPDATE_INCIDENT',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'incident.manage');
    const row = requireIncident(tx, command.incident_id);
    requireVersion(row.version, command.expected_version);
    const window = {
      started_at: command.started_at ?? row.started_at,
      ended_at: command.ended_at === undefined ? row.ended_at : command.ended_at,
    };
    if (window.started_at !== row.started_at || window.ended_at !== row.ended_at) {
      requireMovable(row);
      requireNotApplied(tx, row.id);
      requireSoundWindow(window);
    }
    tx.run(
      `UPDATE incidents SET title = ?, note_md = ?, started_at = ?, ended_at = ?,
              version = version + 1, updated_at = ? WHERE id = ?`,
      command.title ?? row.title,
      command.note_md ?? row.note_md,
      window.started_at,
      window.ended_at,
      tx.committedAt,
      row.id,
    );
    tx.target(row.id);
    tx.emit({
      type: 'incident.updated',
      course_id: row.course_id,
      data: { incident_id: row.id },
    });
    return showIncident(tx, requireIncident(tx, row.id));
  },
});

/** What was read from the log is evidence. */
function requireMovable(row: IncidentRow): void {
  if (row.source === 'declared') return;
  throw new Refusal(
    'conflict',
    'The times of a detected incident are those of the log. Declare another one beside it.',
  );
}

/** Its adjustments were computed from the window. */
export function requireNotApplied(reader: Reader, incidentId: string): void {
  const sql = 'SELECT 1 FROM incident_applications WHERE incident_id = ? LIMIT 1';
  if (reader.get(sql, incidentId) === undefined) return;
  throw new Refusal('conflict', 'Deadlines were adjusted for this incident. Revert that first.');
}
