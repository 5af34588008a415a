import type { Reader } from '../reader.ts';
import type { Scope } from '../scopes.ts';
import type { Actor } from '../tx.ts';

export interface KnownSession {
  readonly id: string;
  readonly actor: Actor;
  /** Ms since the epoch. */
  readonly expires_at: number;
  /** Revoked, or of an account that may not log in any more: it never comes back to life. */
  readonly ended: boolean;
  /** Of a personal token; `null`: a login. */
  readonly scopes: readonly Scope[] | null;
  /** Of a personal token, to the day. */
  readonly last_used_at: number | null;
}

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  readonly scopes: string | null;
  readonly last_used_at: number | null;
  readonly site_role: Actor['site_role'];
  readonly status: string;
  readonly deleted_at: number | null;
}

/** The session of a token, `null` when this node knows none. @param tokenSha256 hex */
export function sessionByTokenHash(reader: Reader, tokenSha256: string): KnownSession | null {
  return reader.remember(['token', tokenSha256], () => {
    const row = reader.get<Row>(
      `SELECT s.id, s.user_id, s.expires_at, s.revoked_at, s.scopes, s.last_used_at,
              u.site_role, u.status, u.deleted_at
         FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_sha256 = ?`,
      tokenSha256,
    );
    return row === undefined ? null : knownSession(row);
  });
}

function knownSession(row: Row): KnownSession {
  return {
    id: row.id,
    actor: { id: row.user_id, site_role: row.site_role },
    expires_at: row.expires_at,
    ended: row.revoked_at !== null || row.status !== 'active' || row.deleted_at !== null,
    scopes: row.scopes === null ? null : (JSON.parse(row.scopes) as Scope[]),
    last_used_at: row.last_used_at,
  };
}
