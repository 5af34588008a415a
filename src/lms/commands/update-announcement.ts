import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import {
  type Announcement,
  isVisible,
  requireAnnouncement,
  showAnnouncement,
} from '../queries/announcements.ts';
import { requireVersion } from '../version.ts';

/** Absent fields stay as they are. */
export interface UpdateAnnouncement {
  readonly announcement_id: string;
  readonly expected_version?: number;
  readonly title?: string;
  readonly body_md?: string;
  readonly visible_from?: number | null;
}

export const updateAnnouncement = defineCommand<UpdateAnnouncement, Announcement>({
  kind: 'UPDATE_ANNOUNCEMENT',
  v: 1,
  apply(tx, command) {
    const now = tx.committedAt;
    const find = () =>
      requireAnnouncement(tx, tx.actor, command.announcement_id, 'announcement.write', now);
    const { row, course } = find();
    requireActive(course);
    requireVersion(row.version, command.expected_version);
    tx.run(
      `UPDATE announcements SET title = ?, body_md = ?, visible_from = ?, version = version + 1,
              updated_at = ? WHERE id = ?`,
      command.title ?? row.title,
      command.body_md ?? row.body_md,
      command.visible_from === undefined ? row.visible_from : command.visible_from,
      now,
      row.id,
    );
    tx.target(row.id);
    const changed = find().row;
    if (isVisible(changed, now)) {
      tx.emit({
        type: isVisible(row, now) ? 'announcement.updated' : 'announcement.posted',
        course_id: row.course_id,
        data: { announcement_id: row.id },
      });
    }
    return showAnnouncement(changed);
  },
});
