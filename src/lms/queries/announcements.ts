import type { CourseRow } from '../policy.ts';
import { type Action, type CourseRole, mayInCourse, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';

export interface AnnouncementRow {
  readonly sequence: number;
  readonly id: string;
  readonly course_id: string;
  readonly author_id: string;
  readonly author_name: string;
  readonly title: string;
  readonly body_md: string;
  readonly visible_from: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** An announcement as the API shows it. */
export interface Announcement {
  readonly id: string;
  readonly course_id: string;
  readonly author: Person;
  readonly title: string;
  readonly body_md: string;
  /** When students see it; `null`: at once. */
  readonly visible_from: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export const ANNOUNCEMENT_SELECT = `SELECT n.sequence, n.id, n.course_id, n.author_id, u.display_name AS author_name,
    n.title, n.body_md, n.visible_from, n.version, n.created_at, n.updated_at
  FROM announcements n JOIN users u ON u.id = n.author_id`;

const MISSING = 'There is no such announcement, or it is not yours to see.';

export interface AnnouncementInCourse {
  readonly row: AnnouncementRow;
  readonly course: CourseRow;
  readonly role: CourseRole | null;
}

/** The announcement, if the actor may do this to it; what is not visible yet exists for staff only. */
export function requireAnnouncement(
  reader: Reader,
  actor: Actor,
  announcementId: string,
  action: Action,
  now: number,
): AnnouncementInCourse {
  const row = reader.get<AnnouncementRow>(
    `${ANNOUNCEMENT_SELECT} WHERE n.id = ? AND n.deleted_at IS NULL`,
    announcementId,
  );
  const known = requireInCourse(reader, actor, row?.course_id ?? '', 'announcement.read', MISSING);
  const seesAll = mayInCourse(actor, known.role, 'announcement.write');
  if (row === undefined || (!seesAll && !isVisible(row, now))) {
    throw new Refusal('not_found', MISSING);
  }
  const course = requireInCourse(reader, actor, row.course_id, action, MISSING);
  return { row, course, role: known.role };
}

/** @param now ms since the epoch */
export function getAnnouncement(
  reader: Reader,
  actor: Actor,
  announcementId: string,
  now: number,
): Announcement {
  const { row } = requireAnnouncement(reader, actor, announcementId, 'announcement.read', now);
  return showAnnouncement(row);
}

/** Newest first; the key is `[sequence]`. @param now ms since the epoch */
export function listAnnouncements(
  reader: Reader,
  actor: Actor,
  courseId: string,
  now: number,
  { limit, after }: PageRequest<readonly [number]>,
): Page<Announcement, readonly [number]> {
  const { role } = requireInCourse(reader, actor, courseId, 'announcement.read');
  const seesAll = mayInCourse(actor, role, 'announcement.write');
  const rows = reader.all<AnnouncementRow>(
    `${ANNOUNCEMENT_SELECT} WHERE n.course_id = ? AND n.deleted_at IS NULL AND n.sequence < ?
       AND (? OR n.visible_from IS NULL OR n.visible_from <= ?)
     ORDER BY n.sequence DESC LIMIT ?`,
    courseId,
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    seesAll ? 1 : 0,
    now,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map(showAnnouncement), next: page.next };
}

export function showAnnouncement(row: AnnouncementRow): Announcement {
  return {
    id: row.id,
    course_id: row.course_id,
    author: { id: row.author_id, display_name: row.author_name },
    title: row.title,
    body_md: row.body_md,
    visible_from: toRfc3339OrNull(row.visible_from),
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

/** Whether students see it. */
export function isVisible({ visible_from }: Pick<AnnouncementRow, 'visible_from'>, now: number) {
  return visible_from === null || visible_from <= now;
}
