import { effectiveDates } from '../effective-dates.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339 } from '../time.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

interface FeedRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: number;
}

/** A feed as its owner sees it; its address was shown once. */
export interface Feed {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

/** One's own, oldest first; the key is `[id]`. */
export function listFeeds(
  reader: Reader,
  userId: string,
  { limit, after }: PageRequest<readonly [string]>,
): Page<Feed, readonly [string]> {
  const rows = reader.all<FeedRow>(
    'SELECT id, name, created_at FROM feeds WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?',
    userId,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.id] as const);
  return { items: page.items.map(showFeed), next: page.next };
}

/** `null`: the user has no such feed. */
export function feedOf(reader: Reader, userId: string, feedId: string): Feed | null {
  const row = reader.get<FeedRow>(
    'SELECT id, name, created_at FROM feeds WHERE user_id = ? AND id = ?',
    userId,
    feedId,
  );
  return row === undefined ? null : showFeed(row);
}

/** Whose feed it is; `null` when there is none, or its owner may not log in any more. */
export function feedOwner(reader: Reader, tokenSha256: string): string | null {
  const row = reader.get<{ user_id: string }>(
    `SELECT f.user_id FROM feeds f JOIN users u ON u.id = f.user_id
      WHERE f.token_sha256 = ? AND u.status = 'active' AND u.deleted_at IS NULL`,
    tokenSha256,
  );
  return row?.user_id ?? null;
}

/** A due date in somebody's calendar; times in ms. */
export interface DueDate {
  readonly assignment_id: string;
  readonly course_code: string;
  readonly title: string;
  readonly due_at: number;
  /** When anything that may have moved it was changed last; incidents count wherever they were. */
  readonly changed_at: number;
}

interface DueRow {
  readonly id: string;
  readonly course_code: string;
  readonly role: 'instructor' | 'ta' | 'student';
  readonly title: string;
  readonly unlock_at: number | null;
  readonly due_at: number | null;
  readonly lock_at: number | null;
  readonly grace_seconds: number;
  readonly max_attempts: number | null;
  readonly changed_at: number;
}

/**
 * The due dates of all active courses of a user, as they hold for that user; the latest first when
 * there are more than the limit. An override that was taken back has no row any more: the journal knows
 * when that was.
 */
export function dueDatesOf(reader: Reader, userId: string, limit: number): DueDate[] {
  const rows = reader.all<DueRow>(
    `SELECT a.id, c.code AS course_code, e.role, a.title, a.unlock_at, a.due_at, a.lock_at,
            a.grace_seconds, a.max_attempts,
            max(a.updated_at, c.updated_at, e.updated_at,
                coalesce((SELECT max(updated_at) FROM incidents), 0),
                coalesce((SELECT j.committed_at FROM journal j
                           WHERE j.target = a.id || '/' || e.user_id
                           ORDER BY j.log_index DESC LIMIT 1), 0)) AS changed_at
       FROM enrollments e
       JOIN courses c ON c.id = e.course_id AND c.status = 'active' AND c.deleted_at IS NULL
       JOIN assignments a ON a.course_id = c.id AND a.deleted_at IS NULL
      WHERE e.user_id = ?`,
    userId,
  );
  return rows
    .flatMap((row): DueDate[] => {
      const { due_at } = row.role === 'student' ? effectiveDates(reader, row.id, row, userId) : row;
      const { id: assignment_id, course_code, title, changed_at } = row;
      return due_at === null ? [] : [{ assignment_id, course_code, title, due_at, changed_at }];
    })
    .sort((a, b) => b.due_at - a.due_at || (a.assignment_id < b.assignment_id ? -1 : 1))
    .slice(0, limit);
}

function showFeed({ id, name, created_at }: FeedRow): Feed {
  return { id, name, created_at: toRfc3339(created_at) };
}
