import { type Action, mayOnSite, type SiteRole } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly site_role: SiteRole;
  readonly status: 'active' | 'suspended';
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A user as the API shows it; the password's hash is in no query. */
export interface UserResource extends Omit<UserRow, 'created_at' | 'updated_at'> {
  readonly created_at: string;
  readonly updated_at: string;
}

const COLUMNS =
  'id, username, display_name, email, site_role, status, version, created_at, updated_at';

function toResource(row: UserRow): UserResource {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

/** `null` when there is none, or it was deleted. */
export function userById(reader: Reader, userId: string): UserResource | null {
  const row = reader.get<UserRow>(
    `SELECT ${COLUMNS} FROM users WHERE id = ? AND deleted_at IS NULL`,
    userId,
  );
  return row === undefined ? null : toResource(row);
}

/**
 * Oneself, or anybody for whom the policy lets do this to others; else `not_found`, alike for users
 * who exist and who do not.
 */
export function requireKnownUser(
  reader: Reader,
  actor: Actor,
  userId: string,
  action: Action,
): UserResource {
  const known = userId === actor.id || mayOnSite(actor, action);
  const user = known ? userById(reader, userId) : null;
  if (user === null) {
    throw new Refusal('not_found', 'There is no such user, or it is not yours to see.');
  }
  return user;
}

/** @param key as `usernameKey` makes it */
export function userByUsernameKey(reader: Reader, key: string): UserResource | null {
  const row = reader.get<UserRow>(
    `SELECT ${COLUMNS} FROM users WHERE username_key = ? AND deleted_at IS NULL`,
    key,
  );
  return row === undefined ? null : toResource(row);
}

/** All users by username; the key of the list is `[username_key]`. */
export function listUsers(
  reader: Reader,
  { limit, after }: PageRequest<readonly [string]>,
): Page<UserResource, readonly [string]> {
  const rows = reader.all<UserRow & { username_key: string }>(
    `SELECT ${COLUMNS}, username_key FROM users
      WHERE username_key > ? AND deleted_at IS NULL ORDER BY username_key LIMIT ?`,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.username_key] as const);
  return {
    items: page.items.map(({ username_key: _, ...row }) => toResource(row)),
    next: page.next,
  };
}
