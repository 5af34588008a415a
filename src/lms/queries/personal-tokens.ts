import type { Reader } from '../reader.ts';
import type { Scope } from '../scopes.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly last_used_at: number | null;
}

/** A personal token as its owner sees it; what it is shown as once is stored nowhere. */
export interface TokenResource {
  readonly id: string;
  readonly name: string;
  readonly scopes: Scope[];
  readonly created_at: string;
  readonly expires_at: string;
  readonly last_used_at: string | null;
}

const SELECT = `SELECT id, name, scopes, created_at, expires_at, last_used_at FROM sessions
   WHERE user_id = ? AND scopes IS NOT NULL AND revoked_at IS NULL`;

function toResource(row: TokenRow): TokenResource {
  return {
    ...row,
    scopes: JSON.parse(row.scopes) as Scope[],
    created_at: toRfc3339(row.created_at),
    expires_at: toRfc3339(row.expires_at),
    last_used_at: toRfc3339OrNull(row.last_used_at),
  };
}

/** `null` when this user has no such token. */
export function tokenOf(reader: Reader, userId: string, tokenId: string): TokenResource | null {
  const row = reader.get<TokenRow>(`${SELECT} AND id = ?`, userId, tokenId);
  return row === undefined ? null : toResource(row);
}

/** A user's own, oldest first; the key of the list is `[id]`. */
export function listTokens(
  reader: Reader,
  userId: string,
  { limit, after }: PageRequest<readonly [string]>,
): Page<TokenResource, readonly [string]> {
  const rows = reader.all<TokenRow>(
    `${SELECT} AND id > ? ORDER BY id LIMIT ?`,
    userId,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.id] as const);
  return { items: page.items.map(toResource), next: page.next };
}
