import { defineCommand } from '../command.ts';
import { findOutage } from '../queries/unrecorded-outages.ts';
import { Refusal } from '../refusal.ts';
import { insertIncident } from './create-incident.ts';

/** By the leader, when the log has been quiet or may hold an outage. */
export interface RecordService {
  /** For the incident, if there is one to record. */
  readonly incident_id: string;
}

export interface ServiceRecorded {
  /** `null`: there was nothing to record. Else there may be more. */
  readonly incident_id: string | null;
}

/**
 * A sign of life in the log, and a look back: the times of the log alone decide whether there was an
 * outage, so every node records the same.
 */
export const recordService = defineCommand<RecordService, ServiceRecorded>({
  kind: 'RECORD_SERVICE',
  v: 1,
  apply(tx, command) {
    if (tx.actorOrSystem !== null) {
      throw new Refusal('forbidden', 'Outages are recorded by the system itself.');
    }
    const { outage, noted_index } = findOutage(tx, tx.committedAt);
    tx.run('UPDATE outage_watch SET noted_index = ?', noted_index);
    if (outage === null) return { incident_id: null };
    insertIncident(tx, {
      incident_id: command.incident_id,
      source: 'detected',
      title: 'No majority of the nodes could be reached',
      note_md:
        'Read from the log: nothing was committed in this time, and it ended with a new leader.',
      course_id: null,
      ...outage,
    });
    return { incident_id: command.incident_id };
  },
});
