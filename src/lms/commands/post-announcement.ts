import { defineCommand } from '../command.ts';
import { requireInActiveCourse } from '../policy.ts';
import {
  type Announcement,
  isVisible,
  requireAnnouncement,
  showAnnouncement,
} from '../queries/announcements.ts';
import { Refusal } from '../refusal.ts';

export interface PostAnnouncement {
  readonly announcement_id: string;
  readonly course_id: string;
  readonly title: string;
  readonly body_md: string;
  /** Ms since the epoch: when students see it; `null`: at once. */
  readonly visible_from: number | null;
}

export const postAnnouncement = defineCommand<PostAnnouncement, Announcement>({
  kind: 'POST_ANNOUNCEMENT',
  v: 1,
  apply(tx, command) {
    const { announcement_id: id, course_id } = command;
    requireInActiveCourse(tx, tx.actor, course_id, 'announcement.write');
    const inserted = tx.run(
      `INSERT INTO announcements (id, course_id, author_id, title, body_md, visible_from, version,
         created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (id) DO NOTHING`,
      id,
      course_id,
      tx.actor.id,
      command.title,
      command.body_md,
      command.visible_from,
      tx.committedAt,
      tx.committedAt,
    );
    if (inserted === 0) {
      throw new Refusal('already_exists', 'There is an announcement with this id already.');
    }
    tx.target(id);
    // An event reaches students: it would tell of what they must not see yet.
    if (isVisible(command, tx.committedAt)) {
      tx.emit({ type: 'announcement.posted', course_id, data: { announcement_id: id } });
    }
    const action = 'announcement.read';
    return showAnnouncement(requireAnnouncement(tx, tx.actor, id, action, tx.committedAt).row);
  },
});
