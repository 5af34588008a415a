import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { isVisible, requireAnnouncement } from '../queries/announcements.ts';
import { requireVersion } from '../version.ts';

export interface DeleteAnnouncement {
  readonly announcement_id: string;
  readonly expected_version?: number;
}

export const deleteAnnouncement = defineCommand<DeleteAnnouncement, null>({
  kind: 'DELETE_ANNOUNCEMENT',
  v: 1,
  apply(tx, command) {
    const now = tx.committedAt;
    const { row, course } = requireAnnouncement(
      tx,
      tx.actor,
      command.announcement_id,
      'announcement.write',
      now,
    );
    requireActive(course);
    requireVersion(row.version, command.expected_version);
    tx.run(
      'UPDATE announcements SET deleted_at = ?, version = version + 1 WHERE id = ?',
      now,
      row.id,
    );
    tx.target(row.id);
    if (isVisible(row, now)) {
      tx.emit({
        type: 'announcement.deleted',
        course_id: row.course_id,
        data: { announcement_id: row.id },
      });
    }
    return null;
  },
});
